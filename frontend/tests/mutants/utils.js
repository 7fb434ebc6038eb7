/** Pure functions: see tests/mutants.js. */

/** @type {import("../mutants.js").Mutants} */
export const UTILS = {
	'lib/utils/address.ts': [
		['given.trim().slice(0, max)', 'given.trim()'],
		["value === standard ? '' : value", 'value'],
		['after: null, before: null, at: null, ...changes', '...changes'],
		['return chosen.length ? chosen : null;', 'return chosen;'],
		[
			'gather: (params) => params.getAll(name).join(),\n\t\tparse(given)',
			'parse(given)',
			'only the first of several choices'
		],
		["replaceAll('%2C', ',')", "replaceAll('%2C', '%2C')"],
		['({ yes: true, no: false })[given]', '({ yes: true, no: true })[given]'],
		['UUID.test(given) ? given.toLowerCase() : null', 'given'],
		['before ? { last: size, before }', 'before ? { first: size, before }']
	],
	'lib/utils/views.ts': [
		["view === NO_VIEW ? 'All' : view", 'view', 'a name that means no view'],
		['printViews(views).length <= BYTES_MAX', 'true', 'more than a request has room for'],
		["replaceAll(',', COMMA)", "replaceAll(',', ',')", 'no cookie has commas']
	],
	'lib/utils/user/views.ts': [
		['!named && filtersOf', 'filtersOf', 'two tabs are current'],
		['named ? {} : query', 'query', 'a built-in view keeps the search of a saved one']
	],
	'lib/utils/user/columns.ts': [
		["key === 'name' || shown.includes(key)", 'true', 'columns are shown that were not chosen'],
		['sortedBy(key, !descending)', 'sortedBy(key, descending)', 'the head of a column never turns its order'],
		["descending ? 'descending' : 'ascending'", "'ascending'"],
		['length >= MANY_COLUMNS', 'length > MANY_COLUMNS'],
		['chosen: shown.includes(key)', 'chosen: true']
	],
	'lib/utils/user/peek-address.ts': [
		["params.get(PEEK.name) ?? ''", "''", 'an address shows nobody beside the list']
	],
	'lib/utils/user/row-menu.ts': [
		['role !== user.role && use(', 'use(', 'the role that they have is given again'],
		['LEADS_TO[action]', 'user.status', 'all choices of a status have the name of the present one'],
		['...(peek ? [', '...(true ? [', 'a user who is shown is offered to be shown'],
		['origin && user.email ?', 'origin ?', 'an address is copied that the reader may not see'],
		["danger: action === 'delete'", 'danger: false'],
		['groups.filter(({ items }) => items.length)', 'groups', 'a group without items has a line']
	],
	'lib/utils/csv-line.ts': [["FORMULA.test(cell) ? `'${cell}` : cell", 'cell']],
	'lib/utils/format.ts': [
		['if (size < 30 * SECOND)', 'if (size < 3 * SECOND)'],
		['value < 10 ? Math.round(value * 10) / 10 : Math.round(value)', 'Math.round(value)'],
		["[3_600 * SECOND, 'minute', 60 * SECOND]", "[3_600 * SECOND, 'minute', SECOND]"],
		["return 'UTC';\n\t}", 'return text;\n\t}']
	],
	'lib/utils/graphql.ts': [
		['renewal ??= fetch', 'renewal = fetch'],
		['if (response.status >= 500)', 'if (false)'],
		['.finally(() => (renewal = null))', ''],
		["'TOKEN_EXPIRED', ", ''],
		['Number(found.slice(name.length + 1)) * 1000', 'Number(found.slice(name.length + 1))'],
		['throw error;\n\t\treturn', 'return']
	],
	'lib/utils/pool.ts': [
		['!failed && ', ''],
		['&& !signal?.aborted', ''],
		['if (raised) throw raised.reason;', ''],
		['!failed && !signal?.aborted', '!failed', 'a stop stops nothing'],
		['Array.from({ length: atOnce }, worker)', 'items.map(worker)', 'all at once']
	],
	'lib/utils/problems.ts': [
		["if (refusal?.code === 'EMAIL_TAKEN' && field === 'email') return problemText(m, refusal);", ''],
		['&& problem.retryAfterSeconds)', '&& false)'],
		['(problem.message || m.problem.UNKNOWN)', 'm.problem.UNKNOWN'],
		['if (fields.length && !hidden.length) return null;', ''],
		['return message || null;', 'return null;', 'what the catalogue does not know is lost'],
		["problem.code === 'EMAIL_TAKEN' && HELD.test(problem.message)", 'false'],
		['invalid.domain(label)', 'invalid.email'],
		['invalid.character(character)', 'invalid.displayName'],
		["found[1] ?? ''", "''", 'which part is wrong is not said'],
		[
			'if (fields.length && !hidden.length) return null;',
			'if (fields.length) return null;',
			'a hidden field says nothing'
		]
	],
	'lib/utils/return-to.ts': [
		["|| text.startsWith('/sign-')", ''],
		["|| url.pathname.includes('//')", ''],
		['text.length > LONGEST || ', ''],
		["url.pathname + url.search + url.hash === text ? text : '/'", 'text']
	],
	'lib/utils/event/filters.ts': [['occurredAfter: from, occurredBefore: until', 'occurredAfter: from']],
	'lib/utils/event/address.ts': [
		['if (query.by) filter.actorId = query.by;', ''],
		['if (query.subject) filter.subjectId = query.subject;', ''],
		['if (query.group && !query.types)', 'if (query.group)'],
		['return !after && !before;', 'return !after;'],
		['if (query.about) filter.userId = query.about;', ''],
		['Object.keys(filter).length ? filter : null', 'filter']
	],
	'lib/utils/event/periods.ts': [
		['&& period >= 0', ''],
		['types.includes(type) && ', ''],
		["'90': 3", "'90': 1"],
		['starts[period ?? 0]', 'starts[0]']
	],
	'lib/utils/event/words.ts': [
		["KINDS[type]?.[0] ?? 'neutral'", "'neutral'"],
		['if (key === f.dayKey(now)) return m.activity.today;', ''],
		['if (day) day.items.push(item);\n\t\telse', '']
	],
	'lib/utils/event/requests.ts': [
		['request && request === open', 'request === open'],
		['alone(item) ? null : ', ''],
		['run.toReversed()', 'run']
	],
	'lib/utils/event/sentence.ts': [
		["role && role !== 'MEMBER'", 'role'],
		['actor?.id ?? actorId', 'actor?.id'],
		["id === userId ? 'self' : 'by'", "'by'"],
		['only!.before !== null && ', 'true && '],
		['erasedDative),', 'erased),']
	],
	'lib/utils/session/user-agent.ts': [
		["\t[/\\bEdg(?:e|A|iOS)?\\//, 'Edge'],\n", ''],
		["product !== 'Mozilla'", 'true'],
		["PHONES.has(system) ? 'phone' : 'desktop'", "PHONES.has(system) ? 'desktop' : 'desktop'"]
	],
	'lib/utils/user/address.ts': [
		["shown < COLUMNS.length ? 'many' : 'every'", "'many'", 'all columns are wider than the window'],
		["sort !== 'name' && sort !== 'email'", "sort !== 'name'"],
		["direction ? direction === 'desc' : startsDescending(sort)", 'startsDescending(sort)'],
		["isDescending(query) ? 'DESC' : 'ASC'", "isDescending(query) ? 'ASC' : 'DESC'"],
		["query.search !== '' || ", ''],
		["return sort !== 'name' && sort !== 'email';", 'return false;', 'times from the oldest']
	],
	'lib/utils/user/filters.ts': [
		['asks: (status) => ({ status: [...status] })', 'asks: () => ({})'],
		['asks: (canSignIn) => ({ canSignIn })', 'asks: () => ({})'],
		['createdAfter: justBefore(from), createdBefore: until', 'createdAfter: from']
	],
	'lib/utils/user/filter-words.ts': [['!right || viewer.can(right)', 'true']],
	'lib/utils/days.ts': [
		[".replace('Z', '999Z')", '', 'a millisecond before'],
		['from && to && from > to ? { from: to, to: from } : { from, to }', '{ from, to }'],
		["from || to ? `${from ?? ''}..${to ?? ''}` :", 'false ? "" :'],
		['.toJSON()?.startsWith(text)', '', 'a day that no month has'],
		['text >= FIRST_DAY && ', '', 'a year that is being typed']
	],
	'lib/utils/moments.ts': [
		['shifted(today, 1 - ', 'shifted(today, -'],
		['shifted(to, 1)', 'to', 'the last day is left out'],
		['utc - offsetAt(guess, timeZone)', 'utc', 'days of UTC']
	],
	'lib/utils/filter-words.ts': [
		['from === to ? f.calendarDay(from) :', ''],
		['chosen: chosen.includes(one)', 'chosen: false']
	],
	'lib/utils/user/matching.ts': [
		['read < MATCHING_MAX', 'true', 'no end'],
		['search: query.search || null, filter,', 'search: null, filter,']
	],
	'lib/utils/user/row-actions.ts': [
		['user.id !== viewer.id && ', ''],
		["user.status === 'ACTIVE'", 'true']
	],
	'lib/utils/user/expected.ts': [
		["DELETED: ['restore']", "DELETED: ['enable']"],
		["delete: 'DELETED'", "delete: 'DISABLED'"],
		["action === 'role' ? { role } :", 'false ? { role } :']
	],
	'lib/utils/user/bulk.ts': [
		['(await run(EnableUser, variables)).enableUser', '(await run(DisableUser, variables)).disableUser']
	],
	'lib/utils/user/power.ts': [
		["if (after === 'ADMIN') return 'grants';", '', 'Admin is granted without a question'],
		["if (before === 'ADMIN') return 'takes';", '', 'Admin is taken as any role is'],
		['RANK[after] < RANK[before]', 'false', 'lowered without a question'],
		[
			"if (action === 'disable' || action === 'delete') return action;",
			"if (action === 'disable') return action;"
		]
	],
	'lib/utils/user/plan.ts': [
		['else if (user.id === viewerId) plan.self = user;', '', 'oneself is changed with the others'],
		['if (isAlready(user, request)) plan.already.push(user);', 'if (false) plan.already.push(user);'],
		["status === 'DISABLED' && action === 'restore'", 'false'],
		['self && withSelf ? [...change, self] : change', 'self ? [...change, self] : change'],
		['[...change, self]', '[self, ...change]', 'oneself is changed first']
	],
	'lib/utils/user/take-back.ts': [
		["DISABLED: ['restore', 'disable']", "DISABLED: ['restore']", 'a disabled user comes back active'],
		['...fields, expectedVersion', '...fields', 'a later change is overwritten'],
		['{ id: after.id, expectedVersion }', '{ id: after.id }', 'a later status is overwritten'],
		['before[field] !== after[field] && ', '', 'fields that were not changed are written'],
		['({ version } = user);', '', 'the second step is over the first one’s version']
	],
	'lib/utils/user/carry-out.ts': [
		['user.version > seen.version', 'true', 'what was already so counts as changed'],
		['request, seen.version)', 'request, undefined as never)', 'a later change is overwritten'],
		['current && isAlready(current, request)', 'current']
	],
	'lib/utils/user/rights.ts': [
		["'users.seeAll': AUDITORS", "'users.seeAll': ADMINS"],
		["'users.change': ADMINS", "'users.change': AUDITORS"]
	],
	'lib/utils/offline.ts': [['!online || ', '']],
	'lib/utils/pages.ts': [
		['start === null ? null : start + count', 'start'],
		['start && Math.max(0, start - size)', 'start'],
		['!info.hasNextPage && total.exact', 'false'],
		['hasPreviousPage && startCursor', 'startCursor'],
		['query.after || query.before', 'query.before']
	],
	'lib/utils/entry-address.ts': [['parse: returnTo,', 'parse: (path) => path,']]
};
