/** The words of the import. */

const count = (n: number, one: string, many: string) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
const lines = (n: number) => count(n, 'line', 'lines');

export const enImport = {
	lead: 'Import people from a CSV or NDJSON file, such as an export of another directory. The file is checked first; nothing is written until you confirm.',
	file: 'File',
	kept: (name: string) => `${name} is still chosen. Choose another file to replace it.`,
	chooseAgain: 'Choose the file again to import it.',
	paste: 'Or paste rows',
	columns:
		'Only email is required; a new person also needs a name. A missing column or an empty cell leaves a known person as they are. New people become active members.',
	options: 'Encoding and origin',
	encoding: 'Encoding',
	detect: 'UTF-8, or as the file says',
	encodings: {
		'windows-1252': 'Western European (Windows-1252)',
		'windows-1250': 'Central European (Windows-1250)',
		'windows-1251': 'Cyrillic (Windows-1251)',
		'windows-1253': 'Greek (Windows-1253)',
		'windows-1254': 'Turkish (Windows-1254)',
		'mac-roman': 'Western European (Mac)',
		shift_jis: 'Japanese (Shift JIS)',
		gb18030: 'Chinese (GB 18030)',
		'utf-16-le': 'UTF-16 without a mark'
	},
	origin: 'Exported from',
	recognize: 'Recognize by the header',
	check: 'Check file',
	checkText: 'Shows what would happen to each row.',

	checking: 'Checking the file…',
	uploading: 'Uploading…',
	importing: 'Importing…',
	upTo: (line: number) => `${lines(line)} done`,
	waiting: (seconds: number) => `Other imports are running. This one continues in ${seconds} s.`,
	checked: 'Checked. Nothing has been written yet.',
	done: 'Import finished.',
	stopped: (line: number) =>
		line ? `Stopped after line ${line.toLocaleString('en')}.` : 'Stopped before the first row.',
	broken: (line: number) => `Interrupted after line ${line.toLocaleString('en')}.`,
	brokenText: 'The connection broke off. What has been imported stays imported.',
	signedOut: 'You have been signed out. Sign in again in another tab, then continue here.',
	stop: 'Stop',
	goOn: 'Continue',
	run: (n: number) => `Import ${count(n, 'person', 'people')}`,
	nothing: 'Nothing would change: everyone in this file is already as the file says.',
	noRows: 'The file has a header but no rows.',
	another: 'Choose another file',
	again: 'Import another file',
	home: 'Go to people',

	created: { planned: 'Would be added', done: 'Added' },
	updated: { planned: 'Would be changed', done: 'Changed' },
	unchanged: { planned: 'Already as in the file', done: 'Already as in the file' },
	refused: { planned: 'Refused', done: 'Refused' },
	roleChanges: { planned: 'Roles would change', done: 'Roles changed' },
	statusChanges: { planned: 'Statuses would change', done: 'Statuses changed' },
	figures: 'What happens to the rows',
	readAs: 'Read as',
	vendorExport: (vendor: string) => `export of ${vendor}`,
	separators: { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'vertical bars' },
	separatedBy: (separator: string) => `separated by ${separator}`,
	unused: 'Columns that are not used',

	access: 'Changes of role and status',
	accessText: 'Check these with care: they change what people may do.',
	line: 'Line',
	email: 'Email',
	name: 'Name',
	role: 'Role',
	status: 'Status',
	verified: 'Email verified',
	change: 'Change',
	more: (n: number) => `Show ${n.toLocaleString('en')} more`,
	hidden: (n: number) =>
		`${count(n, 'more row is', 'more rows are')} shown once some of these are corrected.`,

	refusedTitle: 'Refused rows',
	refusedText: {
		planned: 'The rest of the file can be imported without them. Correct them here, or in your file.',
		done: 'Everything else has been imported. Correct these rows here and import them.'
	},
	/** Of a file that is too long to be corrected without script. */
	refusedInFile: {
		planned: 'The rest of the file can be imported without them. Correct them in your file.',
		done: 'Everything else has been imported. Correct these rows in your file and import it again.'
	},
	reason: 'Reason',
	asRead: 'In the file',
	unsaid: '–',
	cell: (name: string, line: number) => `${name}, line ${line}`,
	correct: {
		planned: (n: number) => `Check ${count(n, 'corrected row', 'corrected rows')}`,
		done: (n: number) => `Import ${count(n, 'corrected row', 'corrected rows')}`
	},
	correctAny: { planned: 'Check corrected rows', done: 'Import corrected rows' },
	correctHint: 'Change a cell above to correct its row.',
	ready: (n: number) =>
		n === 1
			? '1 corrected row is fine and will be imported after the file.'
			: `${n.toLocaleString('en')} corrected rows are fine and will be imported after the file.`,
	allCorrected: 'No row is refused any more.',
	download: 'Download as CSV',
	downloadName: 'refused-rows',

	problem: {
		empty: 'Choose a file or paste some rows.',
		notUtf8: (line: string) =>
			`This file is not UTF-8 (line ${line}). Choose its encoding below, or save it as “CSV UTF-8”.`,
		notEncoding: (encoding: string, line: string) =>
			`This file is not ${encoding} (line ${line}). Choose another encoding.`,
		utf16: 'This file looks like UTF-16. Choose that encoding below, or save it as “CSV UTF-8”.',
		needsEmail: (names: string) => `The first line has no column for the email. It has: ${names}`,
		twice: (column: string) => `The first line names the column ${column} twice. Remove one of them.`,
		header: 'The first line is not CSV: a quotation mark is misplaced.',
		tooLarge: 'This file is too large. Split it, or use “rollcall import”.',
		tooSlow: 'The file took too long to upload. Split it, or use “rollcall import”.'
	},
	reasons: {
		noName: 'This person is new and needs a name.',
		role: 'The role must be member, auditor or admin.',
		status: 'The status must be active or disabled.',
		verified: 'Write true or false.',
		missing: 'This field is missing.',
		duplicate: (line: string) => `The same email as in line ${line}.`,
		duplicateEarlier: 'The same email as in an earlier line.',
		fields: (has: string, needs: string) => `The line has ${has} cells; the header has ${needs}.`,
		quotes: 'Text follows a closing quotation mark.',
		unclosed: 'A quotation mark is never closed. The following lines were read as rows of their own.',
		lineBreak: 'A cell contains a line break.',
		lost: 'A character was lost when the file was saved (�). Write it again.',
		tooLong: 'Too long.',
		notJson: 'The line is not a JSON object.'
	}
};
