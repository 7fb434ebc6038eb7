/** The activity page: what comes in by itself, and what waits. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';
import { enEvents } from '#lib/messages/en-events.ts';
import { enViews } from '#lib/messages/en-views.ts';
import { en } from '#lib/messages/en.ts';
import { viewState } from '#lib/server/view-state.ts';
import { activity } from '#lib/utils/event/address.ts';
import { eventList, eventTabs } from '#lib/utils/event/views.ts';
import Page from '../../src/routes/(app)/activity/+page.svelte';
import { event } from '../fakes/rows.ts';
import { Site } from '../document/site.ts';
import { visits } from '../document/kit/navigation.ts';

let site: Site;
beforeEach(() => (site = new Site('/activity')));
const shown = () =>
	[...document.querySelectorAll<HTMLElement>('[data-events] [data-event]')].map((row) => row.dataset.event);
const push = (message: object) => site.push('UserEvents', { userEvents: message });
const happened = (id: string) => ({ __typename: 'Event', ...event(id) });
const pageInfo = { hasNextPage: true, hasPreviousPage: true, startCursor: 'top', endCursor: 'bottom' };
function viewsOf(search: string) {
	const query = activity.parse(new URLSearchParams(search));
	const tabs = (place: { named: boolean; view: string }) => eventTabs(en, query, place);
	const look = { density: 'comfortable' as const };
	return viewState({ list: eventList, query, saved: [], m: enViews, look, tabs });
}
const show = (search = '') =>
	site.show(Page, {
		data: {
			query: activity.parse(new URLSearchParams(search)),
			filter: null,
			who: '',
			meantAs: 'about',
			by: null,
			panels: null,
			views: viewsOf(search),
			found: null,
			about: null,
			cursor: 'head',
			events: [event('second'), event('first')],
			pageInfo,
			words: enEvents
		}
	});

test('the newest page takes in what happens', async () => {
	await show();
	await push(happened('third'));
	await waitFor(() => expect(shown()).toEqual(['third', 'second', 'first']));
	expect(site.socket.subscriptions('UserEvents')).toHaveLength(1);
});

test.each(['after=bottom', 'before=top'])(
	'an older page (%s) does not: what happens waits above it',
	async (search) => {
		await show(search);
		await push(happened('third'));
		await fireEvent.click(await screen.findByRole('button', { name: enEvents.activity.show(1) }));
		expect(shown()).toEqual(['second', 'first']);
		expect(visits.urls).toEqual(['/activity']);
	}
);

test('what was missed while there was no connection waits to be asked for', async () => {
	await show();
	await site.reconnect();
	await push(happened('missed'));
	await fireEvent.click(await screen.findByRole('button', { name: enEvents.activity.show(1) }));
	expect(shown()).toEqual(['missed', 'second', 'first']);
	expect(document.querySelector('[data-seen] + [data-event]')?.getAttribute('data-event')).toBe('second');
});

test('says that the log no longer had all of it, and has the page read again', async () => {
	await show();
	await push({ __typename: 'ResyncRequired', cursor: 'now', reason: 'PRUNED' });
	await screen.findByText(enEvents.activity.resynced);
	await waitFor(() => expect(visits.refreshed).toBe(1));
});

test('paused, nothing moves until it goes on', async () => {
	await show();
	await fireEvent.click(screen.getByRole('button', { name: enEvents.activity.pause }));
	await push(happened('third'));
	await screen.findByRole('button', { name: enEvents.activity.show(1) });
	expect(shown()).toEqual(['second', 'first']);
});

test('entries of one request are together, and what followed is opened', async () => {
	await show();
	const of = (id: string) => ({ ...happened(id), requestId: 'request' });
	await push(of('disabled'));
	await push(of('signed-out'));
	const more = await screen.findByText(enEvents.more(1));
	const request = document.querySelector<HTMLElement>('[data-request=request]')!;
	const rows = [...request.querySelectorAll<HTMLElement>('[data-event]')];
	expect(rows.map((row) => row.dataset.event)).toEqual(['disabled', 'signed-out']);
	expect(rows[1]!.closest('details')).toBe(more.parentElement);
	expect(rows[0]!.closest('details')).toBeNull();
});
