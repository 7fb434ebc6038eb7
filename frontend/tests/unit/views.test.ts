/** Views: an address that carries its name, several of them in a cookie, and what a page shows of them. */
import { describe, expect, test } from 'vitest';
import { enViews } from '#lib/messages/en-views.ts';
import { en } from '#lib/messages/en.ts';
import { settledView } from '#lib/server/view-state.ts';
import { activity } from '#lib/utils/event/address.ts';
import { eventTabs } from '#lib/utils/event/views.ts';
import { parseUsers, users } from '#lib/utils/user/address.ts';
import { userList } from '#lib/utils/user/views.ts';
import { fits, printViews, readViews, viewName, withView, type View } from '#lib/utils/views.ts';
import { data } from '../page/users.ts';

const view = (name: string, search = '', opens = false): View => ({
	name,
	search: users.search(parseUsers(new URLSearchParams(`${search}&view=${encodeURIComponent(name)}`))),
	opens
});
const parse = (search: string) => parseUsers(new URLSearchParams(search));

describe('a cookie of views', () => {
	test('keeps any name and any question, and which of them opens', () => {
		const views = [
			view('Nacht ~ Dienst!: a,b; "c" & d=e', 'q=a%7Eb%21%3A%2C&status=DISABLED,DELETED&cols=name,email'),
			view('夜', 'created=2026-10-01..2026-10-31&sort=email&dir=desc', true)
		];
		const text = printViews(views);
		expect(text).toMatch(/^[\w%+.*!:~=&-]*$/);
		expect(readViews(userList, text)).toEqual(views);
	});

	test('has no more in it than an address can say', () => {
		expect(readViews(userList, '')).toEqual([]);
		expect(readViews(userList, 'status=DISABLED~view=A&status=GONE&after=x~%E0%A4%A~!')).toEqual([view('A')]);
	});

	test('is bounded', () => {
		const many = Array.from({ length: 12 }, (_, n) => view(`View ${n}`, `q=${'x'.repeat(100)}`));
		expect(fits(many)).toBe(true);
		expect(fits([...many, ...many])).toBe(false);
	});
});

test('saving under a name that is there takes its place, and leaves whether the list opens with it', () => {
	const views = [view('A', 'q=1', true), view('B')];
	expect(withView(views, view('A', 'q=2'))).toEqual([view('A', 'q=2', true), view('B')]);
	expect(withView(views, view('C')).map(({ name }) => name)).toEqual(['A', 'B', 'C']);
});

test('a name is what an address can carry, and never the one that means no view', () => {
	expect(viewName(userList, '  Night shift ')).toBe('Night shift');
	expect(viewName(userList, 'x'.repeat(90))).toHaveLength(40);
	expect(viewName(userList, 'all')).toBe('All');
	expect(viewName(userList, '   ')).toBe('');
});

const NIGHT = 'cols=name,email&density=compact&status=DISABLED&view=Night';

describe('the state of a page', () => {
	const saved = [view('Night', NIGHT)];
	const state = (search: string, more = {}) => data([], search, { saved, ...more }).views;

	test('names the view in force, and says whether it is as it was saved', () => {
		expect(state(NIGHT)).toMatchObject({ name: 'Night', saved: true, changed: false, density: 'compact' });
		expect(state(`${NIGHT}&role=ADMIN`)).toMatchObject({ name: 'Night', saved: true, changed: true });
		const current = state(NIGHT).tabs.filter((tab) => tab.current);
		expect(current).toEqual([{ name: 'Night', href: `/people${saved[0]!.search}`, current: true }]);
	});

	test('of a view that is not saved here has a tab for it, and all of how it looks', () => {
		const shown = state('view=Theirs&sort=name');
		expect(shown).toMatchObject({ name: 'Theirs', saved: false, changed: false });
		expect(shown.tabs.at(-1)).toEqual({ name: 'Theirs', href: shown.link, current: true });
		expect(shown.link).toBe(
			'/people?sort=name&cols=name,role,status,seen,created&density=comfortable&view=Theirs'
		);
	});

	test('shares the look of the sender, not of the recipient', () => {
		const { link } = state('', { density: 'compact', columns: ['name', 'email'] });
		expect(link).toBe('/people?cols=name,email&density=compact');
		expect(data([], link.split('?')[1]).views).toMatchObject({ density: 'compact', link });
	});

	test('recognises the built-in views by their filters, whatever the search and the order', () => {
		const current = (search: string) => state(search).tabs.filter((tab) => tab.current)[0]?.name;
		expect(current('q=a&sort=name')).toBe(enViews.everyone);
		expect(current('status=DISABLED&q=a')).toBe('Disabled');
		expect(current('access=no')).toBe('Cannot sign in');
		expect(current('status=DISABLED&role=ADMIN')).toBeUndefined();
	});

	test('keeps search and order from tab to tab, and nothing of a named view', () => {
		const href = (search: string) => state(search).tabs.find((tab) => tab.name === 'Deleted')!.href;
		expect(href('q=a&sort=name&role=ADMIN')).toBe('/people?q=a&status=DELETED&sort=name');
		expect(href(`${NIGHT}&q=a`)).toBe('/people?status=DELETED');
	});

	test('says that it is no view where the list would open with one: no link of it is the list’s own', () => {
		const opening = [view('Night', NIGHT, true)];
		expect(settledView(parse(''), opening).view).toBe('all');
		expect(settledView(parse('view=all'), saved).view).toBe('');
		expect(settledView(parse(NIGHT), opening).view).toBe('Night');
		const { tabs, name } = data([], 'view=all', { saved: opening }).views;
		expect([tabs[0], name]).toEqual([
			{ name: enViews.everyone, href: '/people?view=all', current: true },
			''
		]);
	});
});

describe('the tabs of the log', () => {
	const tabs = (search: string, place = { named: false, view: '' }) =>
		eventTabs(en, activity.parse(new URLSearchParams(search)), place);

	test('are its groups, beside what else is asked', () => {
		const shown = tabs('show=security&by=0190a8b0-0000-7000-8000-000000000000&density=compact');
		expect(shown.map(({ href }) => href)[1]).toBe(
			'/activity?show=accounts&by=0190a8b0-0000-7000-8000-000000000000&density=compact'
		);
		expect(shown.filter(({ current }) => current).map(({ name }) => name)).toEqual([
			en.event.groups.security
		]);
		expect(tabs('type=USER_CREATED').some(({ current }) => current)).toBe(false);
		expect(tabs('show=failed').at(-1)).toMatchObject({ name: en.event.groups.failed, current: true });
	});

	test('leave a named view behind, and say so where the log would open with one', () => {
		const [everything] = tabs('show=failed&view=Night', { named: true, view: 'all' });
		expect(everything).toEqual({ name: en.event.groups.all, href: '/activity?view=all', current: false });
	});
});
