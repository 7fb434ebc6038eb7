/** Changes of several users, and taking them back: see tests/mutants.js. */

/** @type {import("../mutants.js").Mutants} */
export const CHANGES = {
	'lib/utils/event/revert.ts': [
		['user[field] !== after', 'false', 'what is not so any more is written over'],
		['one.id !== event.id && ', ''],
		['fields.has(field)', 'false', 'later changes are not looked for'],
		['known.length === changes.length ? known : []', 'known', 'half of an entry is reverted'],
		['!userId || !SAME[type]', '!userId']
	],
	'routes/(app)/activity/revert/[event]/+page.server.ts': [
		['found?.user && !found.later ?', 'found?.user ?', 'a later change is overwritten'],
		['|| seen === null', ''],
		["if (!can(viewer, 'users.change'))", 'if (false)']
	],
	'lib/stores/toasts.svelte.ts': [
		['setTimeout(() => this.dismiss(id), undo ? UNDO_MS : SHOWN_MS)', '0 as never'],
		['undo ? UNDO_MS : SHOWN_MS', 'SHOWN_MS'],
		['Object.values(this.#timers).forEach(clearTimeout);', '', 'it goes while it is pointed at'],
		['this.dismiss(toast.id);', '', 'the same is taken back twice'],
		['this.list.slice(-3)', 'this.list']
	],
	'lib/stores/user/undo.ts': [
		['before && after.version > before.version ?', 'before ?', 'what was already so can be taken back'],
		['changes.length ? undo : undefined', 'undo']
	],
	'lib/stores/user/undo-run.ts': [
		['history.equals.set(', 'void (', 'what was done before cannot be taken back after'],
		["if (result.kind === 'refused') return void", "if (result.kind === 'refused') void"],
		['.finally(() => end?.())', ''],
		['owner.took(result.user);', '']
	],
	'lib/stores/user/bulk.svelte.ts': [
		['const AT_ONCE = 4', 'const AT_ONCE = 5'],
		['this.#stop.abort();', ''],
		['.catch(raised)', ''],
		['this.running = false;', ''],
		['this.#last ? this.items.slice(0, -1) : this.items', 'this.items', 'oneself is changed with the others'],
		[
			"if (result.kind === 'changed') this.changed",
			'if (true) this.changed',
			'what was already so is kept as changed'
		]
	]
};
