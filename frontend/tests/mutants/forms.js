/** Forms, and the question before a page is left with something that was typed: see tests/mutants.js. */

/** @type {import("../mutants.js").Mutants} */
export const FORMS = {
	'lib/stores/controls/field-edits.ts': [
		['field.form === form && ', ''],
		['valueOf(field) !== before', 'true'],
		['|| this.#before.has(target)', ''],
		['field.form === form) this', 'false) this', 'what was sent is still asked about'],
		[
			'field instanceof HTMLInputElement && isChoice(field) ? String(field.checked) : field.value',
			'field.value'
		]
	],
	'lib/stores/form.svelte.ts': [
		['this.#unsaved?.sent?.(form);', '', 'what was sent is still asked about'],
		['if (this.#unsaved) this.#unsaved.released = true;', ''],
		['if (this.#options.asks?.(formData)) return cancel();', 'this.#options.asks?.(formData);'],
		["code === 'OFFLINE' ? 'UNAVAILABLE' : ", ''],
		['end?.();', ''],
		['this.refusal = refusal;', ''],
		['querySelector<HTMLElement>(\'[aria-invalid="true"]\')?.focus()', "querySelector('x')"],
		['[this.busy, this.refusal, this.notice] = [true, null, null];', ''],
		['this.#options.done?.(done, form);', ''],
		['this.#options.refused?.(refusal, kept);', ''],
		['if (leaving) this.#options.toasts?.ok(leaving);', ''],
		['answer?.form === this.#options.name ? answer : null', 'answer'],
		[
			"code === 'OFFLINE' ? 'UNAVAILABLE'",
			"code === 'OFFLINE' ? 'OFFLINE'",
			'nobody answers and no one says so'
		],
		[
			'form.querySelector<HTMLElement>(\'[aria-invalid="true"]\')?.focus();',
			'',
			'the faulty field has no focus'
		],
		[
			'if (said && this.#options.toasts) this.#options.toasts.ok(said);',
			'if (said && this.#options.toasts) return;',
			'a success is told to nobody'
		]
	],
	'lib/components/shell/LeaveGuard.svelte': [
		['unsaved.released || ', ''],
		['willUnload || !', '!', 'closing the page asks nothing'],
		['from?.url.pathname, ', ''],
		[', signIn.path]', ']', 'the end of a session is held up'],
		["if (navigation.type === 'leave') return;", ''],
		['unsaved.released = false)', 'unsaved.released = true)', 'only the first page asks'],
		['if (!defaultPrevented) unsaved', 'unsaved', 'what a script sends releases the page']
	],
	'lib/components/shell/LeaveDialog.svelte': [
		['unsaved.released = true;', ''],
		['history.go(navigation.delta)', 'history.go(-1)']
	]
};
