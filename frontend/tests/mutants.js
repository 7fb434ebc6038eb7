/**
 * Behaviours of the console, each with a way to break it: `[as it is, broken, what that does where it is not plain]`, by
 * the file below src. `make mutants` breaks them one by one. A text stands once in its file; where the code changes,
 * change it here too.
 */

/** @type {Record<string, [from: string, to: string, what?: string][]>} */
export const MUTANTS = {
	'lib/stores/versioned.svelte.ts': [
		['if (given < known) return false;', ''],
		['if (given > known && highlight)', 'if (highlight)'],
		['filter((other) => other !== one)', 'slice(0, -1)'],
		['const one = { ...change };', 'const one = change;'],
		['this.#pending.filter((other) => other !== one)', '[]', 'a refused change takes back all'],
		['if (given > known && highlight)', 'if (given > known)', 'one’s own change is highlighted']
	],
	'lib/stores/rows.svelte.ts': [
		['if (isNew) this.changes = 1;', ''],
		['return this.#left || this.#leaving > 0;', 'return this.#left;'],
		['if (open) this.#leaving -= 1;', 'this.#leaving -= 1;'],
		['Math.max(0, ', '('],
		['+ this.waiting.size -', '-'],
		['if (!this.#snapshot) this.waiting.add(value.id);', 'this.waiting.add(value.id);'],
		['this.#departed.delete(value.id);', ''],
		['row.hasLeft = false;', ''],
		['&& back) row.changes += 1', '&& back) row.changes += 0'],
		['if (this.waiting.delete(id)) return;', ''],
		['if (!named.has(stored.id)) this.leave(stored.id)', 'this.leave(stored.id)'],
		['this.#departed.add(id);', '', 'who left is counted'],
		['this.#total + this.waiting.size', 'this.#total', 'a newcomer is not counted'],
		['if (open) this.#leaving -= 1;', '', 'a refused ending stays']
	],
	'lib/stores/toasts.svelte.ts': [
		['setTimeout(() => this.dismiss(id), SHOWN_MS);', ''],
		['this.list.slice(-3)', 'this.list']
	],
	'lib/stores/form.svelte.ts': [
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
		['if (this.#known.has(event.id)) return;', ''],
		['if (missed || ', 'if ('],
		['|| this.#isFlood()', ''],
		['if (this.#uncounted > 0) return false;', ''],
		['if (paused || offscreen || this.#asked) return true;', 'if (paused || this.#asked) return true;'],
		['events.filter((event) => !this.#known.has(event.id))', 'events'],
		['if (all.length > SHOWN_MAX) this.#cut = true;', ''],
		['this.seen = this.shown[0]?.id ?? null;', ''],
		['this.#hasOlder = hasOlder;\n\t\tthis.#cut', 'this.#cut'],
		['for (const event of events) this.fresh.add(event.id);', ''],
		[
			'if (this.#asked || this.#reading.aiming || !this.waiting.length) return;',
			'if (!this.waiting.length) return;'
		],
		[
			'if (paused || offscreen || this.#asked) return true;',
			'if (offscreen || this.#asked) return true;',
			'a pause is none'
		]
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
		['if (found.size) this.append([...found.values()]);', ''],
		['for (const row of ending) row.hasLeft = true;', ''],
		['this.cut = page.pageInfo.hasNextPage;\n\t\tconst', 'const'],
		['row.stored.createdAt >= oldest', 'true', 'what a page has no room for has ended'],
		[': !row.stored.current', ': true', 'one’s own session is ended with the others']
	],
	'lib/stores/user/bulk.svelte.ts': [
		['const AT_ONCE = 4', 'const AT_ONCE = 5'],
		['this.#stop.abort();', ''],
		['.catch((error: unknown) => String(error))', ''],
		['this.running = false;', '']
	],
	'lib/stores/user/import.svelte.ts': [
		["(item) => item.state === 'ready')", "(item) => item.state !== 'added')"],
		['this.#stop.abort();', ''],
		['this.halted = reason;', ''],
		['this.#stop = new AbortController();\n\t\tawait', 'await']
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
		['if (SESSION_EVENTS.has(event.type)) this.readSessions();', ''],
		["\t'SESSION_REVOKED',\n", ''],
		['this.timeline.apply(event, missed);', 'this.timeline.apply(event);'],
		['if (this.subject.update(user)) this.draft.receive(user, null);', ''],
		['this.sessions.merge(sessions);', ''],
		['if (events) this.timeline = this.#listed(events);', ''],
		['this.subject.showPending(change)];', '() => {}];'],
		['if (current) this.subject.update(current);', ''],
		['this.subject.update(user, false);', ''],
		['void live.presence.refresh([this.id]);', ''],
		['this.readSessions();\n\t\t\t\tvoid', 'void'],
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
	'lib/utils/address.ts': [
		['given.trim().slice(0, max)', 'given.trim()'],
		["value === standard ? '' : value", 'value'],
		['after: null, before: null, ...changes', '...changes'],
		['({ yes: true, no: false })[given]', '({ yes: true, no: true })[given]'],
		['UUID.test(given) ? given.toLowerCase() : null', 'given'],
		['before ? { last: size, before }', 'before ? { first: size, before }']
	],
	'lib/utils/csv.ts': [
		["/^[=+\\-@\\t\\r]/.test(cell) ? `'${cell}` : cell", 'cell'],
		[".replaceAll('\"', '\"\"')", ''],
		["source.replace(/^\\uFEFF/, '')", 'source'],
		['if (cells.some(Boolean)) records', 'records'],
		['&& !cell.trim()) [quoted', ') [quoted'],
		["if (char === '\\n') line += 1;", '']
	],
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
		['Number(found[1]) * 1000', 'Number(found[1])'],
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
		["if (refusal?.code === 'EMAIL_TAKEN' && field === 'email') return m.problem.EMAIL_TAKEN;", ''],
		['&& problem.retryAfterSeconds)', '&& false)'],
		['(problem.message || m.problem.UNKNOWN)', 'm.problem.UNKNOWN'],
		['if (fields.length && !hidden.length) return null;', ''],
		[': message || null;', ': null;', 'what the catalogue does not know is lost'],
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
	'lib/utils/event/address.ts': [
		['return !after && !before;', 'return !after;'],
		['if (query.about) filter.userId = query.about;', ''],
		['Object.keys(filter).length ? filter : null', 'filter']
	],
	'lib/utils/event/hourly.ts': [
		['&& hour < HOURS', ''],
		['types.includes(type) && ', ''],
		['+ hour * HOUR_MS', '']
	],
	'lib/utils/event/words.ts': [
		["KINDS[type]?.[0] ?? 'neutral'", "'neutral'"],
		['if (key === f.dayKey(now)) return m.activity.today;', ''],
		["role && role.after !== 'MEMBER'", 'role'],
		['if (day) day.events.push(event);\n\t\telse', '']
	],
	'lib/utils/session/user-agent.ts': [
		["\t[/\\bEdg(?:e|A|iOS)?\\//, 'Edge'],\n", ''],
		["product !== 'Mozilla'", 'true'],
		["PHONES.has(system) ? 'phone' : 'desktop'", "PHONES.has(system) ? 'desktop' : 'desktop'"]
	],
	'lib/utils/user/add.ts': [["if (createUser.code === 'EMAIL_TAKEN') return { state: 'exists' };", '']],
	'lib/utils/user/address.ts': [
		["sort !== 'name' && sort !== 'email'", "sort !== 'name'"],
		["direction ? direction === 'desc' : startsDescending(sort)", 'startsDescending(sort)'],
		["isDescending(query) ? 'DESC' : 'ASC'", "isDescending(query) ? 'ASC' : 'DESC'"],
		['asks: (one) => ({ status: [one] })', 'asks: () => ({})'],
		["query.search !== '' || ", ''],
		["return sort !== 'name' && sort !== 'email';", 'return false;', 'times from the oldest']
	],
	'lib/utils/user/bulk.ts': [
		["delete: 'DELETED'", "delete: 'DISABLED'"],
		["action === 'role' ? { role } :", 'false ? { role } :'],
		['(await run(EnableUser, variables)).enableUser', '(await run(DisableUser, variables)).disableUser']
	],
	'lib/utils/user/import.ts': [
		['records.length > LINES_MAX', 'records.length > 2 * LINES_MAX'],
		["if (earlier !== undefined) return { kind: 'duplicate', line: earlier };", ''],
		["email.normalize('NFKC').toLowerCase()", 'email'],
		['Number(a.error === null) - Number(b.error === null) ||', ''],
		["if (!displayName) return { kind: 'noName' };", '']
	],
	'lib/utils/user/rights.ts': [
		["'users.seeAll': AUDITORS", "'users.seeAll': ADMINS"],
		["'users.change': ADMINS", "'users.change': AUDITORS"]
	],
	'lib/server/forms.ts': [
		['fail(formStatus(refusal.code), answer)', 'fail(400, answer)', 'every refusal is 400']
	],
	'lib/server/status.ts': [
		['STATUSES[code] ?? 400', '400'],
		['LAST_ADMIN: 409', 'LAST_ADMIN: 400'],
		['STATUSES[code] ?? 502', '502'],
		["code === 'VALIDATION_ERROR' ? 404 : ", '']
	],
	'lib/utils/offline.ts': [['!online || ', '']],
	'lib/server/user.ts': [
		['if (typed[field] !== before[field]) input', 'input'],
		[
			"role: choice(form, 'role', ROLES), expectedVersion: version(form)",
			"role: choice(form, 'role', ROLES)"
		],
		['from < ids.length; from += IDS_MAX', 'from < 1; from += IDS_MAX'],
		['node.displayName === typed', 'true'],
		['if (typed[field] !== before[field]) input[field]', 'input[field]', 'untouched fields are written'],
		['if (!named) return refuse', 'if (false) return refuse', 'anybody’s name erases']
	],
	'lib/components/user/RoleForm.svelte': [
		['begin: () => record.showChange({ role }),', 'begin: () => void record.showChange({ role }),'],
		['<input type="hidden" name="expectedVersion" value={user.version} />', ''],
		['begin: () => record.showChange({ role }),', '', 'nothing shown ahead'],
		['refused: (_, kept) => record.notSaved(kept?.current)', '', 'who was quicker is not shown']
	],
	'lib/components/session/SessionList.svelte': [
		['[data-session="${id}"]`)?.focus()', '[data-session="${id}"]`)'],
		['ending.undo();\n', '\n'],
		['if (id) list?.querySelector<HTMLElement>(`[data-session="${id}"]`)?.focus();', '', 'the focus is lost']
	],
	'lib/components/event/EventTimeline.svelte': [['scrolled || focused || !newest', 'scrolled || focused']],
	'lib/components/shell/Palette.svelte': [['isCommand || !suggestions.stale', 'true']],
	'routes/(app)/activity/+page.svelte': [
		['|| !isNewest(query)', ''],
		['list.apply(event, missed)', 'list.apply(event)']
	],
	'routes/(app)/people/[id]/+page.svelte': [
		['if (!first) untrack(() => record.refresh(read));', ''],
		["void invalidate('app:viewer', true);", 'void 0;'],
		["answer?.form === 'save' && answer.refusal ? answer.kept : undefined", 'undefined'],
		['newest={query.older === null}', 'newest', 'an older page is taken for the newest'],
		['const edits = $derived(admin || self);', 'const edits = true;'],
		["const reads = $derived(viewer.can('events.read') || self);", 'const reads = true;']
	],
	'routes/(app)/people/new/+page.svelte': [
		['<input type="hidden" name="key" value={data.key} />', ''],
		['void refreshAll();', '']
	],
	'routes/(app)/people/new/+page.server.ts': [
		["idempotencyKey: text(form, 'key') || null", 'idempotencyKey: null']
	],
	'routes/(app)/people/export/+server.ts': [
		['if (!page.users.pageInfo.hasNextPage) return;', 'return;'],
		['before: null }', '}']
	],
	'lib/components/user/StatusActions.svelte': [
		[
			'return record.showChange({ status: LEADS_TO',
			'record.showChange({ status: LEADS_TO',
			'a refused status stays'
		],
		['<input type="hidden" name="expectedVersion" value={user.version} />', ''],
		['record.readSessions();', ''],
		['record.saved(stored);', ''],
		['refused: (_, kept) => record.notSaved(kept?.current)', ''],
		["action === 'disable' || action === 'delete';", "action === 'disable';", 'deleting asks nothing'],
		["DELETED: ['restore']", "DELETED: ['enable']"]
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
		['hydrated.current && (form.busy || !dirty)', 'false']
	],
	'lib/components/session/PasswordForm.svelte': [
		['record.readSessions();', ''],
		['element.reset();', ''],
		['begin: () => record.showChange(),', ''],
		["fields: ['currentPassword', 'newPassword'],", '']
	],
	'lib/components/user/BulkDialog.svelte': [
		['onDestroy(() => run?.stop());', ''],
		['run?.stop();\n\t\tonclose();', 'onclose();', 'a closed dialog goes on']
	],
	'lib/components/shell/LiveState.svelte': [
		['onclick={() => live.retryNow()}', ''],
		["shown === 'offline' || shown === 'refused'", "shown === 'offline'"]
	],
	'lib/components/shell/Keyboard.svelte': [
		['event.timeStamp - leader < LEADER_MS', 'true'],
		['isTyping(event) || ', '']
	],
	'lib/components/shell/ErrorPage.svelte': [["error?.code === 'OFFLINE' || ", '']],
	'lib/components/user/UserToolbar.svelte': [
		['{ replace, reset: false }', '{ reset: false }'],
		['if (next.sort !== query.sort) Object.assign(next, sortedBy(next.sort));', '']
	],
	'lib/components/user/UserPicker.svelte': [['if (!suggestions.stale) pick(', 'pick(']],
	'hooks.client.ts': [["if (isOffline(error)) return { message: 'Offline', code: 'OFFLINE' };", '']],
	'routes/(app)/+layout.svelte': [
		["document.querySelector('main')?.focus({ preventScroll: true });", 'void 0;'],
		['onMount(() => live.start());', ''],
		['() => void refreshAll()', '() => {}'],
		['void goto(signIn.href({ next: here, reason }), { refreshAll: true });', '']
	],
	'routes/(app)/+layout.server.ts': [
		["depends('app:viewer');", ''],
		['if (!locals.api.hasSession) locals.api.signIn();', '']
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
		['onDestroy(() => run?.stop());', ''],
		['if (run?.running) event.preventDefault();', '']
	],
	'routes/(app)/people/import/+page.server.ts': [
		["if (ready.every((item) => item.state === 'ready')) throw", 'throw']
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
		["fields: ['email', 'password']", 'fields: []']
	],
	'lib/utils/entry-address.ts': [['parse: returnTo,', 'parse: (path) => path,']],
	'routes/(app)/people/+page.server.ts': [
		[
			'await usersById(locals.api, ids)',
			'await usersById(locals.api, ids.slice(0, 100))',
			'a bulk action ends at 100'
		],
		["if (!ids.length || (action === 'role' && !role))", 'if (!ids.length)'],
		['code: refused?.code ?? null', 'code: null']
	],
	'lib/stores/controls/selection.svelte.ts': [
		['Math.min(from, index), Math.max(from, index) + 1', 'from, index + 1', 'a range goes one way only']
	]
};
