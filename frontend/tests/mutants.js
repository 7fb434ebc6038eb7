/** What scripts/mutants.js breaks, and which tests ought to notice: a behaviour of the console each. */

/** @typedef {{ file: string, what: string, from: string, to: string, tests: string }} Mutant */

/** @param {string} file @param {string} tests @returns {(what: string, from: string, to: string) => Mutant} */
const of = (file, tests) => (what, from, to) => ({ file, what, from, to, tests });

const live = of('lib/stores/live/live.svelte.ts', 'unit/live');
const socket = of('lib/stores/live/socket.svelte.ts', 'unit/live');
const presence = of('lib/stores/live/presence.svelte.ts', 'unit/presence');
const versioned = of('lib/stores/versioned.svelte.ts', 'unit/versioned');
const rows = of('lib/stores/rows.svelte.ts', 'unit/versioned unit/user-list');
const list = of('lib/stores/user/list.svelte.ts', 'unit/user-follow');
const record = of('lib/stores/user/record.svelte.ts', 'unit/user-follow');
const sessions = of('lib/stores/session/list.svelte.ts', 'unit/user component/user-forms');
const events = of('lib/stores/event/list.svelte.ts', 'unit/event-list');
const form = of('lib/stores/form.svelte.ts', 'component/user-forms');
const role = of('lib/components/user/RoleForm.svelte', 'component/user-forms');
const ending = of('lib/components/session/SessionList.svelte', 'component/user-forms');
const actions = of('lib/server/user.ts', 'unit/form-actions');
const answers = of('lib/server/forms.ts', 'unit/form-actions');
const suggestions = of('lib/stores/controls/suggestions.svelte.ts', 'unit/controls');
const selection = of('lib/stores/controls/selection.svelte.ts', 'unit/controls');
const pool = of('lib/utils/pool.ts', 'unit/controls');
const address = of('lib/utils/address.ts', 'unit/address');
const users = of('lib/utils/user/address.ts', 'unit/address unit/user-address');
const problems = of('lib/utils/problems.ts', 'unit/problems');
const draft = of('lib/stores/user/draft.svelte.ts', 'unit/user-draft');

/** @type {Mutant[]} */
export const MUTANTS = [
	live('a refused feed is asked for ever', 'if (problem) return this.#refuse(subscription, problem);', ''),
	live(
		'a refused feed is Live',
		"'open' && this.#refused.size) return 'refused'",
		"'open' && this.#refused.size) return 'live'"
	),
	live('the cursor does not move', 'given.after = message.cursor;', ''),
	live('a position that is gone reads nothing again', 'if (!this.#socket.stopped) this.#reread();', ''),
	live(
		'missed events are none',
		'handlers.event(message as EventOf<Data>, this.#behind.has(subscription))',
		'handlers.event(message as EventOf<Data>, false)'
	),
	live('a heartbeat does not catch up', 'this.#behind.delete(subscription);\n			}', '}'),
	live('a reconnection is told at the first connection', 'if (!again) return;', ''),
	live(
		'who stopped listening is told',
		'return () => this.#reconnected.delete(listener);',
		'return () => {};'
	),
	live(
		'a notice of any kind is a signed-out session',
		'REASONS[notice] : REASONS.SIGNED_OUT',
		'REASONS.SIGNED_OUT : REASONS.SIGNED_OUT'
	),
	live('no wait that the API asks for', 'this.#wait(retryAfter(fault))', 'this.#wait(0)'),
	socket(
		'renewed far too late',
		'export const RENEWAL_LEAD_MS = 30_000;',
		'export const RENEWAL_LEAD_MS = -30_000;'
	),
	socket(
		'a silent connection is kept',
		'this.#pongTimer = setTimeout(() => this.#client?.terminate(), PONG_MS);',
		''
	),
	socket(
		'a renewal is an interruption',
		"if (code === TERMINATED && this.connection === 'open' && navigator.onLine) return;",
		''
	),
	presence(
		'an old answer overrules what happened meanwhile',
		'if (!changed.has(id)) this.#changed.set',
		'this.#changed.set'
	),
	versioned('an older version replaces', 'if (given < known) return false;', ''),
	versioned('a refused change takes back all', 'this.#pending.filter((other) => other !== one)', '[]'),
	versioned('one’s own change is highlighted', 'if (given > known && highlight)', 'if (given > known)'),
	rows('who left is counted', 'this.#departed.add(id);', ''),
	rows('a newcomer is not counted', 'this.#total + this.waiting.size', 'this.#total'),
	rows(
		'a snapshot makes newcomers',
		'if (!this.#snapshot) this.waiting.add(value.id);',
		'this.waiting.add(value.id);'
	),
	rows('a refused ending stays', 'if (open) this.#leaving -= 1;', ''),
	list(
		'presence is not read after a break',
		'for (const user of await live.presence.refresh(this.rows.map((row) => row.stored.id)))\n					this.update(user);',
		''
	),
	list('a feed of presence goes on from a cursor', 'anew ? { ...query, after: null } : query', 'query'),
	record('sessions are not read again', 'if (SESSION_EVENTS.has(event.type)) this.readSessions();', ''),
	record(
		'missed events are pushed in',
		'this.timeline.apply(event, missed);',
		'this.timeline.apply(event, false);'
	),
	record(
		'one’s own change looks like another’s',
		'const own = this.subject.isOwn(event, this.viewerId);',
		'const own = false;'
	),
	sessions('what a page has no room for has ended', 'row.stored.createdAt >= oldest', 'true'),
	sessions('one’s own session is ended with the others', ': !row.stored.current', ': true'),
	events('a flood is shown', '|| this.#isFlood()', ''),
	events(
		'a pause is none',
		'if (paused || away || this.#asked) return true;',
		'if (away || this.#asked) return true;'
	),
	events('events come twice', 'if (this.#known.has(event.id)) return;', ''),
	form(
		'nobody answers and no one says so',
		"code === 'OFFLINE' ? 'UNAVAILABLE'",
		"code === 'OFFLINE' ? 'OFFLINE'"
	),
	form('what was shown ahead stays', 'end?.();', ''),
	form(
		'the faulty field has no focus',
		'form.querySelector<HTMLElement>(\'[aria-invalid="true"]\')?.focus();',
		''
	),
	form(
		'a success is told to nobody',
		'if (said && this.#options.toasts) this.#options.toasts.ok(said);',
		'if (said && this.#options.toasts) return;'
	),
	role('no version', '<input type="hidden" name="expectedVersion" value={user.version} />', ''),
	role('nothing shown ahead', 'begin: () => record.showChange({ role }),', ''),
	role('who was quicker is not shown', 'refused: (_, kept) => record.notSaved(kept?.current)', ''),
	ending(
		'the focus is lost',
		'if (id) list?.querySelector<HTMLElement>(`[data-session="${id}"]`)?.focus();',
		''
	),
	actions('untouched fields are written', 'if (typed[field] !== before[field]) input[field]', 'input[field]'),
	actions(
		'role without its version',
		"role: choice(form, 'role', ROLES), expectedVersion: version(form)",
		"role: choice(form, 'role', ROLES)"
	),
	actions('anybody’s name erases', 'if (!named) return refuse', 'if (false) return refuse'),
	answers('every refusal is 400', 'fail(STATUSES[refusal.code] ?? 400, answer)', 'fail(400, answer)'),
	of('routes/(app)/people/new/+page.server.ts', 'unit/form-actions')(
		'sent twice, it adds two',
		"idempotencyKey: text(form, 'key') || null",
		'idempotencyKey: null'
	),
	of('routes/(app)/people/export/+server.ts', 'unit/form-actions')(
		'an export ends with its first page',
		'if (!page.users.pageInfo.hasNextPage) return;',
		'return;'
	),
	of('routes/(app)/people/+page.server.ts', 'unit/form-actions')(
		'a bulk change ends at a hundred',
		'from < ids.length; from += BATCH',
		'from < BATCH; from += BATCH'
	),
	suggestions('a late answer is shown', 'if (asking.signal.aborted) return;', ''),
	suggestions(
		'each keystroke asks',
		'if (wanted) this.#debounce.call(() => void this.#find(wanted));',
		'if (wanted) void this.#find(wanted);'
	),
	selection(
		'a range goes one way only',
		'Math.min(from, index), Math.max(from, index) + 1',
		'from, index + 1'
	),
	pool('a stop stops nothing', '!failed && !signal?.aborted', '!failed'),
	pool('all at once', 'Array.from({ length: atOnce }, worker)', 'items.map(worker)'),
	address('a new question stays on its page', 'after: null, before: null, ...changes', '...changes'),
	address('what goes without saying stands in the address', "value === standard ? '' : value", 'value'),
	users('times from the oldest', "return sort !== 'name' && sort !== 'email';", 'return false;'),
	problems('what the catalogue does not know is lost', ': message || null;', ': null;'),
	problems(
		'a hidden field says nothing',
		'if (fields.length && !hidden.length) return null;',
		'if (fields.length) return null;'
	),
	draft(
		'what was typed is lost to others',
		'if (!dirty.includes(field)) this[field] = next[field];',
		'this[field] = next[field];'
	)
];
