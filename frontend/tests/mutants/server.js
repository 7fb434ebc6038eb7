/** What runs on the server, the hooks, and the script that speaks with it of passkeys: see tests/mutants.js. */

/** @type {import("../mutants.js").Mutants} */
export const SERVER = {
	'lib/server/webhook.ts': [
		["outcome.code === 'NOT_FOUND'", 'false', 'an endpoint that was deleted elsewhere is an error'],
		['ticked.has(type)', 'true', 'all kinds of events are sent'],
		["=== 'yes'", "!== 'yes'", 'enabled is disabled'],
		['const outcome = id\n', 'const outcome = true\n', 'all that have failed are one']
	],
	'lib/server/cookies.ts': [
		['maxAge !== 0 || ', '', 'whatever the API sets is forgotten'],
		["env.COOKIE_INSTANCE ? `.${env.COOKIE_INSTANCE}` : ''", "''", 'instances share their names']
	],
	'routes/(auth)/sign-in/passkey/+server.ts': [
		["=== 'cross-site'", "=== ''", 'another site starts a session'],
		[
			'locals.api.noteExpiry(outcome.accessTokenExpiresAt);',
			'',
			'the page does not know when the session ends'
		]
	],
	'lib/stores/session/passkey.ts': [
		['|| late.aborted', '', 'a page that stands open for long offers passkeys no more'],
		[
			"if (refusal && mediation !== 'conditional')",
			'if (refusal)',
			'a refusal that nobody asked for is shown'
		],
		["!isEnded(error) && mediation !== 'conditional'", '!isEnded(error)'],
		['if (isEnded(error)) return null;', '', 'a dialog that was ended is taken for a failure'],
		['		this.stop();\n		return (this', '		return (this', 'two requests of the browser at once']
	],
	'lib/server/passkey.ts': [
		["outcome.code === 'NOT_FOUND'", 'false', 'a passkey that was removed elsewhere is an error'],
		[
			"refuse('beginPasskey', passwordRefusal(refusalOf(outcome)), null)",
			"refuse('beginPasskey', refusalOf(outcome), null)"
		]
	],
	'lib/server/views.ts': [
		['others.slice(OTHERS_MAX)', '[]', 'the views of every user are kept'],
		[
			'if (url.search || !mayOpen(cookies)) return;',
			'if (url.search) return;',
			'every visit waits for its session'
		],
		['query.density ?? density', 'density', 'a link does not share its density'],
		['query.columns ?? columns ??', 'columns ??', 'a link does not share its columns'],
		['whose ? readViews', 'true ? readViews', 'views without a session'],
		['if (views.length) remember', 'if (true) remember', 'the cookie of the last view stays']
	],
	'lib/server/view-state.ts': [
		['own.search !== search', 'false', 'no view is ever changed'],
		[
			"(saved.some(({ opens }) => opens) ? NO_VIEW : '')",
			"''",
			'clearing the filters leads back to the view'
		],
		['...(name && !own ?', '...(false ?', 'a view of somebody else has no tab'],
		['own?.opens ?? false', 'false']
	],
	'lib/server/view-actions.ts': [
		["if (action !== 'replace' && name !== of &&", 'if (false &&', 'another view is replaced unasked'],
		['if (pathname !== list.path) error', 'if (false) error', 'a form of another page'],
		['density: query.density && density', 'density', 'an address that says nothing of it says it']
	],
	'lib/server/forms.ts': [
		['fail(formStatus(refusal.code), answer)', 'fail(400, answer)', 'every refusal is 400']
	],
	'lib/server/api.ts': [
		[
			"if (code === 'VALIDATION_ERROR') this.#leave",
			'if (false) this.#leave',
			'a mangled position is no page'
		],
		["if (code === 'ENROLMENT_REQUIRED') this.enrol();", ''],
		["request.method === 'GET' ? fromBeginning", 'true ? fromBeginning', 'a form is sent again']
	],
	'lib/server/lists.ts': [
		['if (!page.pageInfo.hasNextPage) return;', 'return;', 'an export ends with its first page']
	],
	'lib/server/status.ts': [
		['STATUSES[code] ?? 400', '400'],
		['LAST_ADMIN: 409', 'LAST_ADMIN: 400'],
		['STATUSES[code] ?? 502', '502'],
		["code === 'VALIDATION_ERROR' ? 404 : ", '']
	],
	'lib/server/api-key.ts': [
		["introspect ? ['INTROSPECT'] : []", '[]', 'the scope is not asked for'],
		['...(lifetime && {', '...(false && {', 'no key has an end'],
		['lifetime * DAY_MS', 'DAY_MS', 'every key ends tomorrow'],
		[" || outcome.code === 'NOT_FOUND'", '', 'a key that is not there cannot be revoked']
	],
	'lib/server/user.ts': [
		["form.has('generate') ? generatePassword() : null", 'null', 'nothing is generated without script'],
		['password: generated });', 'password: input.password });', 'a typed password is sent back'],
		['if (typed[field] !== before[field]) input', 'input'],
		['{ id, role, expectedVersion: version(form) }', '{ id, role }'],
		['if (user && consequenceOf(user, request))', 'if (false)', 'without script nothing asks'],
		['from < ids.length; from += IDS_MAX', 'from < 1; from += IDS_MAX'],
		['node.displayName === typed', 'true'],
		['if (typed[field] !== before[field]) input[field]', 'input[field]', 'untouched fields are written'],
		['if (!named) return refuse', 'if (false) return refuse', 'anybody’s name erases']
	],
	'hooks.client.ts': [["if (isOffline(error)) return { message: 'Offline', code: 'OFFLINE' };", '']]
};
