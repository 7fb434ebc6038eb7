/** Ways to sign in, keys, invitations and webhooks: their pages and parts. See tests/mutants.js. */

/** @type {import("../mutants.js").Mutants} */
export const ACCOUNTS = {
	'lib/server/second-factor.ts': [
		["secret && uri.startsWith('otpauth:') ?", 'secret ?', 'any address stands behind the link to the app'],
		[
			"passwordRefusal(codeRefusal(refusalOf(outcome), 'code'))",
			'passwordRefusal(refusalOf(outcome))',
			'a wrong code is taken for a wrong password'
		],
		[
			"refuse('beginTotp', passwordRefusal(refusalOf(outcome)), null)",
			"refuse('beginTotp', refusalOf(outcome), null)"
		],
		[
			"refuse('recovery', passwordRefusal(refusalOf(outcome)), null)",
			"refuse('recovery', refusalOf(outcome), null)"
		],
		['enrolmentOf(form));', 'null);', 'without script, a wrong code loses the secret']
	],
	'lib/utils/user/enrolment.ts': [
		["'beginTotp') return given.done ?? null;", "'beginTotp') return null;", 'without script, no secret'],
		['given.refusal ? given.kept : null', 'given.refusal ? null : null'],
		[" || given?.form === 'recovery'", '', 'without script, new codes are not shown']
	],
	'lib/utils/enrol-address.ts': [
		["secondFactor.search({ next }) || '?'", "'?'", 'without script, a form forgets where to go on']
	],
	'routes/(auth)/second-factor/+page.server.ts': [
		['if (!locals.api.hasSession) locals.api.signIn();', ''],
		["if (!me) locals.api.signIn(locals.api.reason ?? 'SESSION_REVOKED');", ''],
		['needed: enrolmentRequired', 'needed: true', 'a factor that is set up is asked for again']
	],
	'routes/(auth)/second-factor/+page.svelte': [
		['[codes, enrolment, needed] = [made, null, false];', '[codes, enrolment] = [made, null];'],
		['onadded={() => (needed = false)}', 'onadded={() => {}}', 'a passkey does not lead on'],
		['	{#if !enrolment}', '	{#if true}', 'two ways at a time'],
		['href={data.next}', 'href="/"']
	],
	'lib/components/session/SecondFactor.svelte': [
		['on ||= !replaces;', ''],
		["answer?.form === 'recovery')", 'false)', 'without script, new codes are said to be the first'],
		['done: () => ((on = false), (codes = null))', 'done: () => (codes = null)'],
		['done: () => ((on = false), (codes = null))', 'done: () => (on = false)', 'codes that ended are shown'],
		['!enrolment && (on || hasPasskey)', '!enrolment && on', 'a passkey alone gets no new codes'],
		['hasPasskey ? m.byPasskey : m.off', 'm.off'],
		["<details open={Boolean(answer?.form === 'beginTotp' && answer.refusal)}>", '<details>'],
		['<details open={Boolean(renew.refusal)}>', '<details>', 'without script, a refusal is folded up'],
		['<details open={Boolean(disable.refusal)}>', '<details>']
	],
	'lib/components/session/TotpEnrolment.svelte': [
		['<input type="hidden" {name} {value} />', '', 'without script, a wrong code loses the secret'],
		['action="{actions}/confirmTotp"', 'action="?/confirmTotp"'],
		['encodeURIComponent(enrolment.qrSvg)', 'enrolment.qrSvg']
	],
	'lib/components/session/TotpStart.svelte': [
		['action="{actions}/beginTotp"', 'action="?/beginTotp"'],
		["fields: ['currentPassword'],", '', 'a wrong password is said twice']
	],
	'lib/components/session/PasskeyForm.svelte': [
		['if (!made.credential) return;', '', 'what the browser has not made is sent'],
		['begin: () => void (failed = false),', ''],
		['			failed = true;', ''],
		['		element.reset();', '', 'the password stays in the form'],
		['{ name, credential:', "{ name: '', credential:"]
	],
	'lib/components/session/Passkeys.svelte': [
		['list = list.filter((passkey) => passkey.id !== id);', ''],
		['list = [...list, passkey];', ''],
		['onchange?.(list.length > 0);', '', 'the last one counts as a factor'],
		['onchange?.(true);', '', 'the first one does not count as a factor'],
		["			notice = '';", '', 'one that was removed is said to be added'],
		['refused: (_, kept) => (refusedId = kept?.id)', ''],
		['answer.refusal ? answer.kept?.id : undefined', 'answer.refusal ? undefined : undefined'],
		['class="scripted" open={refused}', 'class="scripted"']
	],
	'lib/components/service/SigningKeys.svelte': [
		['disabled={rotate.busy || waits}', 'disabled={rotate.busy}', 'a second key is asked for'],
		['shown = [added, ...shown]', 'shown = [...shown]'],
		["state === 'NEXT')", "state === 'CURRENT')"],
		['waits ? m.signing.waits : m.signing.follows', 'm.signing.follows']
	],
	'routes/(app)/help/+page.server.ts': [
		["can(viewer, 'service.read') ?", 'true ?', 'a member’s help asks for what they may not see']
	],
	'lib/server/invitation.ts': [
		["?? 'MEMBER'", "?? 'ADMIN'", 'a form without a role makes an admin'],
		['displayName: displayName || null', 'displayName'],
		[" || outcome.code === 'NOT_FOUND'", ''],
		['holder: holderOf(outcome)', 'holder: null']
	],
	'lib/stores/invitation/list.svelte.ts': [['{ event: () => void this.#read() }', '{ event: () => {} }']],
	'lib/components/invitation/InvitationRow.svelte': [
		['Date.parse(invitation.expiresAt) <= clock.now', 'false'],
		['{#if !row.left}', '{#if true}', 'one that ended can be withdrawn']
	],
	'routes/(app)/people/invitations/+page.svelte': [
		['list.enter(sent);', ''],
		['list.update(sent);', '', 'one that was sent again shows when it was sent before'],
		['element.reset();', ''],
		['begin: () => void (holder = null),', '', 'who had another address is still shown'],
		['(holder = given?.holder ?? null)', 'void given'],
		['return list.row(id)?.showLeaving();', 'list.row(id)?.showLeaving();', 'a refused end stays'],
		['[data-invitation="${id}"]`)?.focus();', '[data-invitation="${id}"]`);', 'the focus is lost'],
		['done: (id) => list.leave(id)', 'done: () => {}'],
		["data.mode === 'CLOSED'", 'false']
	],
	'lib/components/api-key/KeyRow.svelte': [
		['Date.parse(key.expiresAt) <= clock.now', 'false'],
		['{#if !row.left}', '{#if true}', 'one that ended can be revoked'],
		["key.scopes.includes('INTROSPECT')", 'false', 'a scope is not shown']
	],
	'lib/components/api-key/KeyForm.svelte': [
		['ROLES.slice(0, ROLES.indexOf(own) + 1)', 'ROLES', 'a role above one’s own is offered'],
		["?.includes('keys already') ?? false", "?.includes('none') ?? false"],
		['days === (kept?.lifetime ?? 90)', 'days === 90'],
		['checked={kept?.introspect}', ''],
		['roles.length > 1', 'true']
	],
	'routes/(app)/account/keys/+page.svelte': [
		['made = created;', '', 'the key is not shown'],
		['list.enter(created.key);', ''],
		['element.reset();', ''],
		['if (made?.key.id === id) made = null;', '', 'a key is shown that is revoked'],
		['begin: () => void (made = null),', '', 'a refused key is taken for the one before'],
		['return list.row(id)?.showLeaving();', 'list.row(id)?.showLeaving();'],
		['[data-key="${id}"]`)?.focus();', '[data-key="${id}"]`);', 'the focus is lost'],
		['done: (id) => list.leave(id)', 'done: () => {}']
	],
	'lib/components/webhook/EndpointRow.svelte': [
		['{#if row.left}', '{#if false}', 'a deleted one can be opened'],
		['endpoint.types.length ? m.some(endpoint.types.length) : m.all', 'm.all']
	],
	'lib/components/webhook/DeliveryItem.svelte': [
		["{#if delivery.state === 'FAILED'}", '{#if true}', 'what was delivered can be sent again'],
		['{#if delivery.lastError}', '{#if false}', 'why it failed is not shown']
	],
	'lib/components/webhook/EndpointFields.svelte': [
		['Boolean(value?.types.length)', 'false', 'what is chosen is folded up'],
		['value?.types.includes(type)', 'false']
	],
	'lib/stores/merged-rows.svelte.ts': [
		['if (!found.includes(stored.id)) this.leave(stored.id);', '', 'one that ended elsewhere stays'],
		['values.toReversed()', 'values', 'the newest comes last'],
		['			this.enter(value);\n', ''],
		['			this.update(value);\n', '', 'the last use is never current'],
		['if (!first) untrack(() => this.merge(read));', '', 'what the page reads again is not shown']
	]
};
