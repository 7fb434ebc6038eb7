/** What a page holds and how it changes: see tests/mutants.js. */

/** @type {import("../mutants.js").Mutants} */
export const STORES = {
	'lib/stores/versioned.svelte.ts': [
		['if (given < known) return false;', ''],
		['if (given > known && highlight)', 'if (highlight)'],
		['filter((other) => other !== one)', 'slice(0, -1)'],
		['const one = { ...change };', 'const one = change;'],
		['this.#pending.filter((other) => other !== one)', '[]', 'a refused change takes back all'],
		['if (given > known && highlight)', 'if (given > known)', 'one’s own change is highlighted']
	],
	'lib/stores/row.svelte.ts': [
		['if (isNew) this.changes = 1;', ''],
		['return this.#left || this.#leaving > 0;', 'return this.#left;'],
		['if (open) this.#leaving -= 1;', 'this.#leaving -= 1;'],
		['if (open) this.#leaving -= 1;', '', 'a refused ending stays']
	],
	'lib/stores/api-key/list.svelte.ts': [['{ event: () => void this.#read() }', '{ event: () => {} }']],
	'lib/stores/waiting.svelte.ts': [
		['this.#asked ? this.size : 0', 'this.size', 'what waits for the pointer is announced'],
		['this.#values.size + this.#dropped', 'this.#values.size', 'only those kept are counted'],
		['if (this.#values.size <= this.#max) return;', 'return;'],
		['this.#dropped += 1;', ''],
		['if (this.size === 0) this.#asked = false;', '', 'newcomers wait for ever'],
		['this.#values.clear();', ''],
		['this.#values.clear();\n\t\tthis.#asked = false;', 'this.#values.clear();']
	],
	'lib/stores/rows.svelte.ts': [
		['Math.max(0, ', '('],
		['+ this.waiting.size -', '-'],
		['this.#snapshot || this.waiting.has(key)', 'this.waiting.has(key)', 'a snapshot makes newcomers'],
		['this.#snapshot || this.waiting.has(key)', 'this.#snapshot', 'an event that waits comes twice'],
		['this.#departed.delete(key);', ''],
		['row.hasLeft = false;', ''],
		['&& back) row.changes += 1', '&& back) row.changes += 0'],
		['if (this.waiting.remove(key)) return;', ''],
		['if (!named.has(this.#keyOf(stored))) this.leave', 'this.leave'],
		['this.#departed.add(key);', '', 'who left is counted'],
		['this.#rules.key?.(value) ?? value.id', 'value.id', 'the key of the rules is not used'],
		['if (missed || ', 'if ('],
		['|| this.#rules.hold?.isFlood()', ''],
		["this.#rules.order === 'asRead' || !this.waiting.complete", "this.#rules.order === 'asRead'"],
		["this.#rules.order === 'asRead' || !this.waiting.complete", '!this.waiting.complete'],
		["if (this.#rules.order === 'asRead') return true;", ''],
		['this.seen = first ? this.#keyOf(first.stored) : null;', ''],
		['this.#insert(this.waiting.take(), false);', 'this.#insert(this.waiting.take(), true);'],
		['if (this.waiting.asked || this.#rules.hold?.aiming || !', 'if (!'],
		['!this.row(this.#keyOf(value)) && ', '', 'an older row stands twice'],
		['this.hasMore = hasMore;', ''],
		['this.#total += added.length;', ''],
		['...added.reverse(), ...this.rows', '...this.rows, ...added', 'an older row is taken for newer'],
		['this.#byKey.delete(this.#keyOf(stored))', 'void stored', 'what was cut off never comes again'],
		['if (all.length > max) this.hasMore = true;', ''],
		['all.slice(0, max)', 'all']
	],
	'lib/stores/live/backoff.ts': [
		['FIRST_MS * 2 ** attempt', 'FIRST_MS'],
		['Math.min(maxMs, ', 'Math.max(maxMs, '],
		['for (const end of [...this.#pending]) end();', '']
	],
	'lib/stores/live/refusal.ts': [
		["\t'RATE_LIMITED',\n", ''],
		['?? 0) * 1_000', '?? 0)'],
		['first && !TEMPORARY.has(code)', 'first']
	],
	'lib/stores/live/presence.svelte.ts': [
		['?? user.online', '?? false'],
		['for (const changed of this.#refreshes) changed.add(id);', ''],
		['.catch(() => null)', ''],
		['if (!changed.has(id)) this.#changed.set(id, online);', ''],
		[
			'if (!changed.has(id)) this.#changed.set',
			'this.#changed.set',
			'an old answer overrules what happened meanwhile'
		]
	],
	'lib/stores/live/socket.svelte.ts': [
		['RENEWAL_LEAD_MS = 30_000', 'RENEWAL_LEAD_MS = 3_000'],
		['if (end !== null && end - RENEWAL_LEAD_MS < Date.now()) await renewSession().catch(() => false);', ''],
		[
			"addEventListener('online', wake);\n\t\taddEventListener('offline', lose);\n\t\tdocument.addEventListener('visibilitychange', wake);",
			''
		],
		['if (code === SESSION_ENDED) return this.#end(false);', ''],
		[
			'// A pong that is still awaited must not end the connection after this one.\n\t\tclearTimeout(this.#pongTimer);',
			''
		],
		['this.#wasOpen = true;', ''],
		['this.#listener.lost();', ''],
		['else this.#end(true);', ''],
		['this.#pongTimer = setTimeout(() => this.#client?.terminate(), PONG_MS)', 'PONG_MS'],
		["if (code === TERMINATED && this.connection === 'open' && navigator.onLine) return;", ''],
		[
			'export const RENEWAL_LEAD_MS = 30_000;',
			'export const RENEWAL_LEAD_MS = -30_000;',
			'renewed far too late'
		]
	],
	'lib/stores/live/live.svelte.ts': [
		['given.after = message.cursor;', ''],
		['void this.#resync(document);', ''],
		["handlers.resync?.(message.reason ?? '');", ''],
		['this.#behind.has(subscription));', 'false);'],
		[
			"else if (message.__typename === 'FeedReady') handlers.ready?.();",
			"else if (message.__typename === 'FeedReady');"
		],
		['if (problem) return this.#refuse(subscription, problem);', ''],
		['subscription.refused?.(problem);', ''],
		['this.#refused.delete(subscription as AnySubscription);\n\t\t\tthis.#behind', 'this.#behind'],
		['if (!again) return;', ''],
		['for (const { begin } of this.#subscriptions) begin?.();', ''],
		['for (const listener of [...this.#reconnected]) listener();', ''],
		['if (subscription.resumes && !this.#refused.has(subscription))', 'if (subscription.resumes)'],
		['if (before) await', 'if (false) await'],
		["this.#signedOut('token_expired')", "this.#signedOut('session_revoked')"],
		["DISABLED: 'account_disabled'", "DISABLED: 'session_revoked'"],
		["if (kind === 'EXPIRING') void this.#socket.renew();\n\t\t\t\t\telse", ''],
		['this.#wait(retryAfter(error))', 'null'],
		['return () => this.#reconnected.delete(listener);', 'return () => {};'],
		['attempt++', '0'],
		[
			"'open' && this.#refused.size) return 'refused'",
			"'open' && this.#refused.size) return 'live'",
			'a refused feed is Live'
		],
		['if (!this.#socket.stopped) this.#reread();', '', 'a position that is gone reads nothing again'],
		[
			'handlers.event(message as EventOf<Data>, this.#behind.has(subscription))',
			'handlers.event(message as EventOf<Data>, false)',
			'missed events are none'
		],
		['this.#behind.delete(subscription);\n\t\t\t}', '}', 'a heartbeat does not catch up'],
		[
			'REASONS[notice] : REASONS.SIGNED_OUT',
			'REASONS.SIGNED_OUT : REASONS.SIGNED_OUT',
			'a notice of any kind is a signed-out session'
		],
		['this.#wait(retryAfter(error))', 'this.#wait(0)', 'no wait that the API asks for']
	],
	'lib/stores/event/list.svelte.ts': [
		['rows.enter(event, missed)', 'rows.enter(event)'],
		["order: 'newestFirst'", "order: 'newestLast'"],
		['this.hasMore = hasOlder;', ''],
		['SHOWN_MAX = 400', 'SHOWN_MAX = 500'],
		['this.hasMore ? (this.rows', 'true ? (this.rows']
	],
	'lib/stores/event/reading.svelte.ts': [
		['this.paused || ', '', 'a pause is none'],
		['this.offscreen || ', ''],
		['[...this.open].some(isShown)', 'this.open.size > 0'],
		['this.#inSecond > READABLE_A_SECOND', 'false'],
		['second === this.#second ? this.#inSecond + 1 : 1', 'this.#inSecond + 1'],
		['else this.open.delete(id);', ''],
		['setTimeout(() => (this.aiming = false), AIM_MS)', 'setTimeout(() => {}, AIM_MS)']
	],
	'lib/stores/overview/numbers.svelte.ts': [
		['if (this.#idle()) return this.touch();', ''],
		['this.#readAt + EVERY_MS - Date.now()', '0'],
		['clearTimeout(this.#timer);\n', '\n'],
		['this.#readAt = Date.now();', '']
	],
	'lib/stores/session/list.svelte.ts': [
		['&& !row.current.current', ''],
		["? (page.edges.at(-1)?.node.createdAt ?? '')", "? ''"],
		['if (session) row.update(session);', ''],
		['for (const session of found.values()) this.enter(session);', ''],
		['for (const row of ending) row.hasLeft = true;', ''],
		['this.hasMore = page.pageInfo.hasNextPage;\n\t\tconst', 'const'],
		['row.stored.createdAt >= oldest', 'true', 'what a page has no room for has ended'],
		[': !row.stored.current', ': true', 'one’s own session is ended with the others']
	],
	'lib/stores/user/list.svelte.ts': [
		['anew ? { ...query, after: null } : query', 'query'],
		['begin: () => anew && this.beginSnapshot(),', ''],
		['ready: () => this.endSnapshot(),', ''],
		['live.presence.refresh(this.rows.map((row) => row.stored.id))', 'live.presence.refresh([])'],
		[
			'for (const user of await live.presence.refresh(this.rows.map((row) => row.stored.id)))\n\t\t\t\t\tthis.update(user);',
			'',
			'presence is not read after a break'
		]
	],
	'lib/stores/user/user.svelte.ts': [
		['if (user.version >= this.stored.version) this.unavailable = null;', ''],
		['this.#ownChanges > 0 && ', ''],
		['&& event.actor?.id === viewerId', ''],
		["event.type === 'USER_ERASED' ? 'erased' : 'hidden'", "'hidden'"],
		['this.update(event.user, !own)', 'this.update(event.user)'],
		['if (open) this.#ownChanges -= 1;', 'this.#ownChanges -= 1;']
	],
	'lib/stores/user/record.svelte.ts': [
		['if (email || ACCESS_EVENTS', 'if (ACCESS_EVENTS'],
		['if (email || ACCESS_EVENTS.has(event.type)) this.readAccess();', ''],
		['this.access = access;\n\t\t\t\t}', '}'],
		["\t'SESSION_REVOKED',\n", ''],
		['this.timeline.apply(event, missed);', 'this.timeline.apply(event);'],
		['if (this.subject.update(user)) this.draft.receive(user, null);', ''],
		['this.sessions.merge(sessions);\n\t\tif', 'if'],
		['this.sessions.merge(sessions);\n\t\t\t\t\tthis', 'this'],
		['if (events) this.timeline = this.#listed(events);', ''],
		['this.subject.showPending(change)];', '() => {}];'],
		['if (current) this.subject.update(current);', ''],
		['this.subject.update(user, false);', ''],
		['void live.presence.refresh([this.id]);', ''],
		['this.readAccess();\n\t\t\t\tvoid', 'void'],
		['this.#timer = setTimeout(() => {\n', '(() => {\n'],
		['this.draft.receive(event.user, event.actor?.displayName ?? null);', 'this.draft.rebase(event.user);'],
		[
			'this.timeline.apply(event, missed);',
			'this.timeline.apply(event, false);',
			'missed events are pushed in'
		],
		[
			'const own = this.subject.isOwn(event, this.viewerId);',
			'const own = false;',
			'one’s own change looks like another’s'
		]
	],
	'lib/stores/user/draft.svelte.ts': [
		['if (typed[field] !== before[field]) this[field] = typed[field];', 'this[field] = typed[field];'],
		['this.#recordRemote({ ...user, ...before }, user);', ''],
		['if (this.#saving) this.#deferred = { user, by };\n\t\telse if', 'if'],
		['if (user.version <= this.base.version) return;', ''],
		['if (!dirty.includes(field)) this[field]', 'this[field]'],
		['if (stored) this.#accept(stored);', ''],
		['if (deferred) this.receive(deferred.user, deferred.by);', ''],
		['for (const field of this.conflicts) this[field]', 'for (const field of PROFILE_FIELDS) this[field]'],
		['change.before !== change.after', 'true'],
		['known?.before ?? before[field]', 'before[field]'],
		['this[field].trim() !== stored[field]', 'this[field] !== stored[field]'],
		[
			'if (!dirty.includes(field)) this[field] = next[field];',
			'this[field] = next[field];',
			'what was typed is lost to others'
		]
	],
	'lib/stores/controls/suggestions.svelte.ts': [
		['if (asking.signal.aborted) return;', ''],
		['this.stale = true;', ''],
		['+ step + count) % count', '+ step)'],
		[
			'if (wanted) this.#debounce.call(() => void this.#find(wanted));',
			'if (wanted) void this.#find(wanted);',
			'each keystroke asks'
		]
	],
	'lib/stores/explorer/explorer.svelte.ts': [
		['this.replies.slice(0, KEPT - 1)', 'this.replies'],
		['if (run !== this.#run) return;', ''],
		['else stop();', ''],
		["'errors' in message", 'false'],
		['&& !Array.isArray(value)', ''],
		['this.#stop = () => controller.abort();', '']
	],
	'lib/stores/controls/selection.svelte.ts': [
		['Math.min(from, to), Math.max(from, to) + 1', 'from, to + 1', 'a range goes one way only'],
		['for (const id of this.#added) if (!isAmong(range, id)) this.#chosen.delete(id);', ''],
		['if (this.#tip === null || this.#tip !== rows[from]?.id) {', 'if (this.#tip === null) {'],
		['filter(({ id }) => !isAmong(shown, id))', 'filter(() => true)']
	],
	'lib/stores/user/peek.svelte.ts': [
		['}, REST_MS);', '}, 0);', 'a user who is only passed by the keyboard is read']
	],
	'lib/stores/user/peeking.svelte.ts': [
		['replace: !opens', 'replace: true', 'the way back does not close'],
		[
			'if (page.state.pushed) history.back();\n\t\telse await',
			'await',
			'closing leaves an entry in the history'
		],
		['\t\tawait this.#record();\n', '', 'a user who was just opened is not hidden'],
		[
			'requestAnimationFrame(() => setTimeout(() => this.#record()))',
			'void this.#record()',
			'nothing is painted first'
		],
		["(links[ids.indexOf(this.id ?? '')] ?? links[0])?.focus();", '', 'the focus is lost when it closes']
	],
	'lib/stores/user/row-use.svelte.ts': [
		['this.current?.button === control ? null :', 'false ? null :', 'a menu is not closed by its button'],
		['if (row && !part)', 'if (row)', 'a menu shows the user beside the list'],
		['if (this.current === asked)', 'if (true)', 'what was asked for meanwhile is dropped']
	],
	'lib/stores/controls/list-keys.ts': [
		[' || isPress(event.key)', '', 'Space on a box does more than tick it'],
		['if (shown !== null) beside?.show(to);', ''],
		[
			'if (step && (at !== -1 || event.key.length === 1)) {',
			'if (step) {',
			'the arrows do not scroll the page'
		],
		['if (event.shiftKey && at !== -1) extend?.(at, to);', '']
	]
};
