/** Pages, their reads and their actions, and what the pages of webhooks follow: see tests/mutants.js. */

/** @type {import("../mutants.js").Mutants} */
export const ROUTES = {
	'lib/stores/webhook/follow.ts': [
		['[...types, ...own]', '[...types]', 'a change of the endpoint is missed'],
		['if (!document.hidden) read();', '', 'what waits is not read again']
	],
	'routes/(app)/webhooks/+page.svelte': [
		["message.includes('endpoints already') ? m.full : m.badUrl", 'm.badUrl'],
		['made = created;', '', 'the secret is not shown'],
		['answer?.done ?? null', 'null', 'without script, the secret is not shown']
	],
	'routes/(app)/webhooks/[id]/+page.svelte': [
		['isWaiting ? readWhileWaiting(read) : undefined', 'undefined'],
		['Date.parse(until) > clock.now', 'true', 'a secret that ended is said to sign'],
		['id ? m.restarted : m.restartedAll', 'm.restarted'],
		["folded.querySelector('summary')!.focus();", '', 'the focus is lost']
	],
	'routes/(app)/activity/+page.svelte': [
		['|| !isNewest(query)', ''],
		['list.apply(event, missed)', 'list.apply(event)']
	],
	'routes/(app)/people/[id]/User.svelte': [
		['if (!first) untrack(() => record.refresh(read));', ''],
		["void invalidate('app:viewer', true);", 'void 0;'],
		["answer?.form === 'save' && answer.refusal ? answer.kept : undefined", 'undefined'],
		['newest={query.older === null}', 'newest', 'an older page is taken for the newest'],
		['const edits = $derived(admin || self);', 'const edits = true;'],
		["const reads = $derived(viewer.can('events.read') || self);", 'const reads = true;']
	],
	'routes/(app)/people/+page.ts': [
		['isFiltered(data.query) || ', '', 'a search that finds one person takes the directory for empty']
	],
	'routes/(app)/people/new/+page.svelte': [
		['<input type="hidden" name="key" value={data.key} />', ''],
		['void refreshAll();', '']
	],
	'routes/(app)/people/new/+page.server.ts': [
		["idempotencyKey: text(form, 'key') || null", 'idempotencyKey: null']
	],
	'routes/(app)/people/export/+server.ts': [['before: null }', '}']],
	'routes/(app)/+layout.svelte': [
		["document.querySelector('main')?.focus({ preventScroll: true });", 'void 0;'],
		['onMount(() => live.start());', ''],
		['() => void refreshAll()', '() => {}'],
		['void goto(signIn.href({ next: here, reason }), { refreshAll: true });', '']
	],
	'routes/(app)/+layout.server.ts': [
		["depends('app:viewer');", ''],
		['if (!locals.api.hasSession) locals.api.signIn();', ''],
		['if (enrolmentRequired) locals.api.enrol();', '', 'a page opens before a required factor is set up']
	],
	'routes/(app)/account/+page.svelte': [
		['$effect(() => record.follow(live, cursor));', ''],
		['if (!first) untrack(() => record.refresh(read));', '', 'an account that ignores a resync'],
		["void invalidate('app:viewer', true);", 'void 0;'],
		["answer?.form === 'save' && answer.refusal ? answer.kept : undefined", 'undefined']
	],
	'routes/(app)/overview/+page.svelte': [
		['latest.apply(event, missed)', 'latest.apply(event)'],
		['live.presence.onChange(() => shown.touch())', '() => {}'],
		["if (live.state === 'live') overview.touch();", 'void live.state;'],
		['CHANGES.includes(event.type)', 'true'],
		['if (!list.show()) void refreshAll();', 'list.show();']
	],
	'routes/(app)/people/[id]/+page.server.ts': [['eventsAfter: query.older', 'eventsAfter: null']],
	'routes/(app)/people/import/+page.svelte': [
		['onDestroy(() => imported.stop());', ''],
		['unsaved?.watch(() => imported.loss(text))', '() => {}']
	],
	'routes/(auth)/sign-in/+page.server.ts': [
		[
			'redirect(303, address.parse(url.searchParams).next)',
			"redirect(303, url.searchParams.get('next') ?? '/')"
		],
		['locals.api.noteExpiry(signIn.accessTokenExpiresAt);', '']
	],
	'routes/(auth)/sign-in/+page.svelte': [
		['answer: () => answer,', ''],
		["fields: ['email', 'password', 'totpCode']", 'fields: []']
	],
	'routes/(app)/people/change/+page.server.ts': [
		["[...form.getAll('seen'), ...form.getAll('self')]", "[...form.getAll('self'), ...form.getAll('seen')]"],
		[
			'if (!asked || !seen.length) return fail(400, { planned: [] });',
			'if (!asked) return fail(400, { planned: [] });'
		],
		["(action === 'role' && !role)", 'false'],
		["if (!can(viewer, 'users.change'))", 'if (false)'],
		[
			'planned: await usersById(locals.api, namedIds(form))',
			'planned: await usersById(locals.api, namedIds(form).slice(0, 100))',
			'a plan ends at 100'
		]
	]
};
