/** The import of users, from its lines to its corrections: see tests/mutants.js. */

/** @type {import("../mutants.js").Mutants} */
export const IMPORTS = {
	'lib/stores/user/import.svelte.ts': [
		['await this.correct();\n\t}', '}'],
		['if (run.dryRun) this.corrections.accept(', 'if (!run.dryRun) this.corrections.accept('],
		["if (sent.state !== 'done' || this.run !== run) return;", 'if (this.run !== run) return;']
	],
	'lib/stores/user/import-run.svelte.ts': [
		['this.#stop.abort();', ''],
		['importAddress(this.options, this.dryRun, start)', 'importAddress(this.options, this.dryRun)'],
		['return start ? BROKEN :', 'return false ? BROKEN :']
	],
	'lib/stores/user/corrections.svelte.ts': [
		["this.value(row, name) !== (row.cells?.[name] ?? '')", 'this.value(row, name)'],
		['this.ready.get(row.line)?.[name] ??', '']
	],
	'lib/utils/user/import.ts': [
		['report.line = one.line;', ''],
		['report.roleChanges += Number(role);', ''],
		['if (role || status) access.push(row);', 'access.push(row);'],
		['report.refused -= accepted.size;', '']
	],
	'lib/utils/user/import-run.ts': [
		['renewedAt < report.line', 'true'],
		['summary ? summary.error : BROKEN', 'summary?.error ?? null'],
		['await transport.wait(retryAfter);', '']
	],
	'lib/utils/ndjson.ts': [
		['rest = lines.pop()!;', 'lines.pop();'],
		[', { stream: true }', '']
	]
};
