import { describe, expect, it } from 'vitest';
import { activity, activityFilter, activityFind, activityVariables } from '#lib/utils/event/address.ts';
import { boundsAt } from '#lib/utils/moments.ts';
import { eventChips, eventFilterFields } from '#lib/utils/event/filter-words.ts';
import { formats } from '#lib/utils/format.ts';
import { enEvents } from '#lib/messages/en-events.ts';
import { enEventTypes } from '#lib/messages/en-event-types.ts';
import { en } from '#lib/messages/en.ts';
import { GROUPS } from '#lib/utils/event/words.ts';

const ID = '0198a5c2-7f3e-7000-8000-00000000abcd';
const BOUNDS = boundsAt({ timeZone: 'Europe/Berlin', now: Date.parse('2026-11-27T12:00:00Z') });
const parse = (text: string) => activity.parse(new URLSearchParams(text));

describe('the address of the activity page', () => {
	it('holds the whole state', () => {
		const query = parse(`show=signIns&about=${ID}&after=here`);
		expect(activity.href(query, { after: query.after })).toBe(
			`/activity?show=signIns&about=${ID}&after=here`
		);
		expect(activityFilter(query, BOUNDS)).toEqual({ types: GROUPS.signIns, userId: ID });
		expect(activityVariables(query, BOUNDS, 10)).toMatchObject({ first: 10, after: 'here' });
		expect(activityVariables(parse('before=there'), BOUNDS, 10)).toMatchObject({ last: 10, before: 'there' });
	});

	it('goes back to the newest when the question changes', () => {
		const query = parse('after=here');
		expect(activity.href(query)).toBe('/activity');
		expect(activity.href(query, { group: 'security' })).toBe('/activity?show=security');
	});

	it('asks without script which user is meant, and forgets that with the next address', () => {
		expect(activityFind.parse(new URLSearchParams('who=+ada+&show=security')).who).toBe('ada');
		expect(activity.href(parse('who=ada&show=security'))).toBe('/activity?show=security');
	});

	it('limits the list to a period, of moments only', () => {
		const query = parse('since=2026-01-02T23:00Z&until=2026-01-03T10:20:30.5Z');
		expect(activityFilter(query, BOUNDS)).toEqual({
			occurredAfter: '2026-01-02T23:00:00.000Z',
			occurredBefore: '2026-01-03T10:20:30.500Z'
		});
		expect(decodeURIComponent(activity.href(query))).toBe(
			'/activity?since=2026-01-02T23:00Z&until=2026-01-03T10:20:30.500Z'
		);
		expect(activityFilter(parse('since=2026-13-02T23:00Z&until=yesterday'), BOUNDS)).toBeNull();
	});

	it('leaves out what it does not understand', () => {
		const query = parse('show=__proto__&about=1%27%20or%201=1');
		expect(query).toEqual({
			group: null,
			about: null,
			by: null,
			subject: null,
			when: null,
			types: null,
			since: null,
			until: null,
			after: null,
			before: null,
			at: null,
			density: null,
			view: ''
		});
		expect(activityFilter(query, BOUNDS)).toBeNull();
	});
});

describe('the filters of the log', () => {
	const address = `by=${ID}&subject=${ID}&when=2026-11-01..2026-11-02&type=USER_DISABLED,USER_ROLE_CHANGED`;

	it('ask for the actor, the object, days and types, which come before a group', () => {
		expect(activityFilter(parse(`show=signIns&${address}`), BOUNDS)).toEqual({
			actorId: ID,
			subjectId: ID,
			occurredAfter: '2026-10-31T23:00:00.000Z',
			occurredBefore: '2026-11-02T23:00:00.000Z',
			types: ['USER_ROLE_CHANGED', 'USER_DISABLED']
		});
		expect(activityFilter(parse('when=7d'), BOUNDS)).toEqual({
			occurredAfter: '2026-11-20T23:00:00.000Z',
			occurredBefore: null
		});
		expect(activity.href(parse(address))).toBe(
			`/activity?by=${ID}&subject=${ID}&when=2026-11-01..2026-11-02&type=USER_ROLE_CHANGED,USER_DISABLED`
		);
	});

	it('are named, each with the address without it', () => {
		const chips = eventChips(en, enEvents, formats('en', 'UTC'), parse(address), 'Ada');
		expect(chips.map(({ name, text }) => [name, text])).toEqual([
			['when', 'Nov 1, 2026 – Nov 2, 2026'],
			['type', 'Role changed, Disabled'],
			['by', 'Ada'],
			['subject', ID]
		]);
		for (const { name, without } of chips) {
			expect(without).not.toContain(`${name}=`);
			expect(without.match(/=/g)).toHaveLength(3);
		}
	});

	it('offer every type of event by its name', () => {
		const types = eventFilterFields(en, enEvents, parse('type=SIGN_IN_FAILED')).find(
			(field) => field.name === 'type'
		)!;
		expect(types.options).toHaveLength(Object.keys(enEventTypes.types).length);
		expect(types.options.filter((one) => one.chosen).map((one) => one.word)).toEqual(['Sign-in failed']);
	});

	it('are kept by the form that asks for something else', () => {
		expect(activity.fields(parse(`show=access&by=${ID}`), ['group', 'about', 'by'])).toEqual([
			['show', 'access'],
			['by', ID]
		]);
	});
});
