/** Parts of pages: see tests/mutants.js. */

/** @type {import("../mutants.js").Mutants} */
export const COMPONENTS = {
	'lib/components/user/WaysIn.svelte': [
		[
			"access.secondFactors?.includes('TOTP')",
			'access.secondFactors?.length',
			'a passkey is taken for the app'
		],
		['access.hasPassword ?', '!access.hasPassword ?'],
		['{#if access.pendingEmail}', '{#if false}']
	],
	'lib/components/user/FactorReset.svelte': [
		['record.access.hasPassword ?', 'true ?', 'nobody says that it locks out'],
		['secondFactors: [], passkeys: []', '', 'the form stays'],
		['record.readAccess();', '']
	],
	'lib/components/user/OwnEmail.svelte': [
		["element.closest('details')!.querySelector('summary')!.focus();", '', 'the focus is lost'],
		['wanted = email;', '', 'what was just asked for is not shown']
	],
	'lib/components/user/RoleForm.svelte': [
		['return record.showChange({ role });', 'record.showChange({ role });'],
		['<input type="hidden" name="expectedVersion" value={user.version} />', ''],
		['return record.showChange({ role });', '', 'nothing shown ahead'],
		['notify: (text, after) => offer(text, record.undoable(before, after), record.owner),', '', 'no undo'],
		["if (!consequence || data.has('confirmed')) return false;", 'return false;', 'given without a question'],
		['refused: (_, kept) => record.notSaved(kept?.current)', '', 'who was quicker is not shown']
	],
	'lib/components/session/SessionList.svelte': [
		['[data-session="${id}"]`)?.focus()', '[data-session="${id}"]`)'],
		['ending.undo();\n', '\n'],
		['if (id) list?.querySelector<HTMLElement>(`[data-session="${id}"]`)?.focus();', '', 'the focus is lost']
	],
	'lib/components/service/HealthList.svelte': [
		['reason !== null', 'reason === null', 'what works is counted as failed'],
		["live.state === 'live'", 'true', 'a lost connection looks live']
	],
	'lib/components/service/SettingsTable.svelte': [
		['isSet ? m.set : m.unset', 'm.set', 'a secret that is not set looks set']
	],
	'lib/components/event/EventTimeline.svelte': [['scrolled || focused || !newest', 'scrolled || focused']],
	'lib/components/ui/Combobox.svelte': [
		['suggestions.active < ready || !suggestions.stale', 'true'],
		['value = event.currentTarget.value;', 'const value = event.currentTarget.value;']
	],
	'lib/components/user/StatusActions.svelte': [
		[
			'return record.showChange({ status: LEADS_TO',
			'record.showChange({ status: LEADS_TO',
			'a refused status stays'
		],
		['<input type="hidden" name="expectedVersion" value={user.version} />', ''],
		['record.readAccess();', ''],
		['record.saved(stored);', ''],
		['refused: (_, kept) => record.notSaved(kept?.current)', ''],
		['consequenceOf(user, { action }) !== null', "action === 'disable'", 'deleting asks nothing']
	],
	'lib/components/user/RowTools.svelte': [
		[
			'before.id === viewer.id || consequenceOf(before, request)',
			'false',
			'a power action of a row asks nothing'
		]
	],
	'lib/components/user/EraseDialog.svelte': [
		['begin: () => record.showChange(),', ''],
		["fields: ['name'],", '']
	],
	'lib/components/user/ProfileForm.svelte': [
		['<input type="hidden" name="expectedVersion" value={draft.base.version} />', ''],
		['<input type="hidden" name="before.email" value={draft.base.email} />', ''],
		['done(user) {\n\t\t\tsaved(user);', 'done(user) {', 'what others change later is never shown'],
		['record.saved(user);', ''],
		['record.notSaved(kept?.current);', ''],
		['if (kept?.current) draft.receive(kept.current, null);', ''],
		['hydrated() && (form.busy || !dirty)', 'false']
	],
	'lib/components/session/PasswordForm.svelte': [
		['record.readAccess();', ''],
		['element.reset();', ''],
		['begin: () => record.showChange(),', ''],
		["fields: ['currentPassword', 'newPassword'],", '']
	],
	'lib/components/user/BulkDialog.svelte': [['onDestroy(() => run?.stop());', '']],
	'lib/components/shell/LiveState.svelte': [
		['onclick={() => live.retryNow()}', ''],
		["shown === 'offline' || shown === 'refused'", "shown === 'offline'"]
	],
	'lib/components/shell/Keyboard.svelte': [
		['event.timeStamp - leader < LEADER_MS', 'true'],
		['leader !== null && ', '', 'a letter alone leads elsewhere in the first second of a page'],
		['isTyping(event) || ', '']
	],
	'lib/components/shell/ErrorPage.svelte': [
		["if (error?.code === 'OFFLINE') return 'offline';", '', 'a lost connection is told as any error']
	],
	'lib/components/ui/FilterPanel.svelte': [
		['one.checked &&= one === chosen', 'one.checked = one.checked'],
		["for (const day of inputs(event, 'date')) day.value = '';", ''],
		['if (!(event.currentTarget as HTMLInputElement).validity.valid) return;', ''],
		["for (const preset of inputs(event, 'checkbox')) preset.checked = false;", '']
	],
	'lib/components/user/UserToolbar.svelte': [
		["if (!form.querySelector('[data-filter]'))", 'if (false)', 'a search forgets the filters'],
		['{ replace, reset: false }', '{ reset: false }'],
		['if (next.sort !== query.sort) Object.assign(next, sortedBy(next.sort));', '']
	]
};
