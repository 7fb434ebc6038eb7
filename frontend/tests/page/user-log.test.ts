/** A user's page: what of the log it takes in. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, test } from 'vitest';
import { UserAccess, UsersById } from '#lib/graphql/documents.ts';
import { enEvents } from '#lib/messages/en-events.ts';
import { enRecord } from '#lib/messages/en-record.ts';
import { en } from '#lib/messages/en.ts';
import { userAddress } from '#lib/utils/user/user-address.ts';
import { visits } from '../document/kit/navigation.ts';
import { until, type Site } from '../document/site.ts';
import { event, node, session, sessionPage } from '../fakes/rows.ts';
import { ada, data, form, happened, header, newSite, NO_ACCESS, show, timeline } from './user.ts';

let site: Site;
beforeEach(() => (site = newSite()));

describe('the log', () => {
	const sessions = () =>
		[...document.querySelectorAll<HTMLElement>('[data-session]')].map(
			(row) => row.dataset.session + (row.textContent!.includes(enRecord.session.over) ? ' over' : '')
		);

	test('changes the page where it stands, and is asked for once', async () => {
		await show(site);
		await site.push(
			'UserHistoryFeed',
			happened('second', {}, { ...ada, version: 8, displayName: 'Ada King' })
		);
		await waitFor(() => expect(header().textContent).toContain('Ada King'));
		expect(timeline()).toEqual(['second', 'first']);
		// Each version is another row: a feed that begins anew with each would send all of it again.
		await site.push('UserHistoryFeed', happened('third', {}, { ...ada, version: 9 }));
		await waitFor(() => expect(timeline()).toEqual(['third', 'second', 'first']));
		expect(site.socket.subscriptions('UserHistoryFeed')).toHaveLength(1);
	});

	test('what was missed while there was no connection waits to be asked for', async () => {
		site.api.on(UserAccess, () => ({ user: { ...NO_ACCESS, sessions: data().sessions } }));
		site.api.on(UsersById, () => ({ nodes: [] }));
		await show(site);
		await site.reconnect();
		await site.push('UserHistoryFeed', happened('missed'));
		const more = await screen.findByRole('button', { name: enEvents.activity.show(1) });
		expect(timeline()).toEqual(['first']);
		await fireEvent.click(more);
		expect(timeline()).toEqual(['missed', 'first']);
	});

	test('no longer has all: the page is read again, and what was read is shown', async () => {
		const update = await show(site);
		const cursor = 'far-later';
		await site.push('UserHistoryFeed', {
			userEvents: { __typename: 'ResyncRequired', cursor, reason: 'PRUNED' }
		});
		await until(() => visits.refreshed === 1);
		await update({
			data: data({
				user: { ...ada, version: 20, displayName: 'Ada King' },
				sessions: sessionPage([session('3'), session('1')]),
				events: { edges: [{ node: event('latest') }], pageInfo: { hasNextPage: true, endCursor: 'x' } },
				cursor
			})
		});
		expect(header().textContent).toContain('Ada King');
		expect(sessions()).toEqual(['3', '2 over', '1']);
		expect(timeline()).toEqual(['latest']);
	});

	test('has the sessions read again when one begins or ends, once for several', async () => {
		site.api.on(UserAccess, () => ({
			user: { ...NO_ACCESS, sessions: sessionPage([session('4'), session('3'), session('1')]) }
		}));
		await show(site);
		await site.push('UserHistoryFeed', happened('x'));
		await site.push('UserHistoryFeed', happened('a', { type: 'SESSION_REVOKED' }));
		await site.push('UserHistoryFeed', happened('b', { type: 'SESSION_STARTED' }));
		await waitFor(() => expect(sessions()).toEqual(['3', '2 over', '1', '4']));
		expect(site.api.variables(UserAccess)).toEqual([{ id: ada.id }]);
	});

	test('does not name sessions and presence: both are read after a break', async () => {
		site.api.on(UserAccess, () => ({ user: { ...NO_ACCESS, sessions: sessionPage([session('3')]) } }));
		site.api.on(UsersById, () => ({ nodes: [node({ ...ada, online: true })] }));
		await show(site);
		expect(header().textContent).not.toContain(en.live.online);
		await site.reconnect();
		await waitFor(() => expect(sessions()).toEqual(['3', '2 over', '1 over']));
		await waitFor(() => expect(header().textContent).toContain(en.live.online));
		expect(site.api.variables(UsersById)).toEqual([{ ids: [ada.id] }]);
	});

	test('adds nothing to an older page: what comes is newer than all of it', async () => {
		await show(site, { query: userAddress(ada.id).parse(new URLSearchParams('older=x')) });
		await site.push(
			'UserHistoryFeed',
			happened('second', {}, { ...ada, version: 8, displayName: 'Ada King' })
		);
		await waitFor(() => expect(header().textContent).toContain('Ada King'));
		expect(timeline()).toEqual(['first']);
		expect(screen.getByText(enEvents.activity.newest).getAttribute('href')).toBe(`/people/${ada.id}`);
	});

	test('says that somebody is erased, and lets nothing more be done', async () => {
		await show(site);
		await site.push('UserHistoryFeed', happened('gone', { type: 'USER_ERASED' }, null));
		await waitFor(() => expect(document.body.textContent).toContain(enRecord.page.unavailable.erased));
		expect(form('save').closest<HTMLElement>('.profile')!.inert).toBe(true);
	});
});
