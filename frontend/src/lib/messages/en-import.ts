/** The words of the import. */

const count = (n: number, one: string, many: string) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

export const enImport = {
	lead: 'A CSV file or pasted lines with the columns email, name and role. Nothing is written until you confirm.',
	checkText:
		'Lines are checked first. People who already have an account are not changed; you see them in the result.',
	limits: (lines: number, kilobytes: number) =>
		`At most ${lines.toLocaleString('en')} lines or ${kilobytes} kB at once; for more use “rollcall import”.`,
	tooLarge: (kilobytes: number) => `The file is larger than ${kilobytes} kB.`,
	columns: 'role is member, auditor or admin; without one it is member.',
	email: 'Email',
	name: 'Name',
	role: 'Role',
	left: (n: number) => `${count(n, 'line has an error', 'lines have errors')} and will be skipped.`,
	alreadyHere: (n: number) => `${n.toLocaleString('en')} already here`,

	stopped: 'Not added',
	change: 'Change the list',
	rest: 'Continue the import',
	file: 'CSV file',
	paste: 'Or paste lines',
	check: 'Check',
	run: (n: number) => `Add ${count(n, 'person', 'people')}`,
	line: 'Line',
	result: 'Result',
	ready: 'Ready',
	added: 'Added',
	exists: 'Already here',
	summary: (ready: number, bad: number) => (bad ? `${ready} ready, ${bad} with errors` : `${ready} ready`),
	finished: (ok: number, failed: number) => (failed ? `${ok} added, ${failed} failed` : `${ok} added`),
	empty: 'There are no lines to read.',
	tooMany: (max: number) => `At most ${max.toLocaleString('en')} lines at once.`,
	needsEmail: 'The first line must name the columns, and one of them must be email.',
	badEmail: 'This is not a valid email address.',
	badRole: 'The role must be member, auditor or admin.',
	noName: 'The name is missing.',
	longName: 'The name is longer than 200 characters.',
	duplicate: (line: number) => `The same email as line ${line}.`,
	again: 'Import another list',
	example: 'email,name,role'
};
