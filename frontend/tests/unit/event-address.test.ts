import { describe, expect, it } from 'vitest';
import { activity, activityFilter, activityFind, activityVariables } from '#lib/utils/event/address.ts';
import { GROUPS } from '#lib/utils/event/words.ts';

const ID = '0198a5c2-7f3e-7000-8000-00000000abcd';
const parse = (text: string) => activity.parse(new URLSearchParams(text));

describe('the address of the activity page', () => {
	it('holds the whole state', () => {
		const query = parse(`show=signIns&about=${ID}&after=here`);
		expect(activity.href(query, { after: query.after })).toBe(
			`/activity?show=signIns&about=${ID}&after=here`
		);
		expect(activityFilter(query)).toEqual({ types: GROUPS.signIns, userId: ID });
		expect(activityVariables(query, 10)).toMatchObject({ first: 10, after: 'here' });
		expect(activityVariables(parse('before=there'), 10)).toMatchObject({ last: 10, before: 'there' });
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

	it('leaves out what it does not understand', () => {
		const query = parse('show=__proto__&about=1%27%20or%201=1');
		expect(query).toEqual({ group: null, about: null, after: null, before: null });
		expect(activityFilter(query)).toBeNull();
	});
});
