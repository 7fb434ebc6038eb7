/** What surrounds every page behind sign-in: its connection, the way out when a session ends, and where the focus goes. */
import { render, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';
import { enEvents } from '#lib/messages/en-events.ts';
import { enViews } from '#lib/messages/en-views.ts';
import { en } from '#lib/messages/en.ts';
import { viewState } from '#lib/server/view-state.ts';
import { activity } from '#lib/utils/event/address.ts';
import { eventList, eventTabs } from '#lib/utils/event/views.ts';
import Page from '../../src/routes/(app)/activity/+page.svelte';
import Inside from '../document/Inside.svelte';
import { navigated, visits } from '../document/kit/navigation.ts';
import { Site, until } from '../document/site.ts';
import { ADMIN } from '../fakes/rows.ts';

let site: Site;
beforeEach(async () => {
	site = new Site('/activity?show=security');
	const pageInfo = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
	const query = activity.parse(new URLSearchParams());
	const tabs = (place: { named: boolean; view: string }) => eventTabs(en, query, place);
	const look = { density: 'comfortable' as const };
	const views = viewState({ list: eventList, query, saved: [], m: enViews, look, tabs });
	const page = {
		words: enEvents,
		views,
		query,
		who: '',
		found: null,
		about: null,
		cursor: 'head',
		events: [],
		pageInfo
	};
	const data = { viewer: ADMIN, m: en, locale: 'en', timeZone: 'UTC', theme: 'system', ...page };
	render(Inside, { props: { data: data as never, page: Page as never } });
	await until(() => document.querySelector('[data-live="live"]'));
});

test('a session that ends leads to sign-in, with the reason and the way back', async () => {
	await site.push('SessionNotices', { sessionNotices: { kind: 'ROLE_CHANGED', message: '' } });
	site.socket.drop(4403);
	await waitFor(() =>
		expect(visits.urls).toEqual(['/sign-in?next=%2Factivity%3Fshow%3Dsecurity&reason=role_changed'])
	);
});

test('a feed that misses something has the page read again', async () => {
	const userEvents = { __typename: 'ResyncRequired', cursor: 'now', reason: 'PRUNED' };
	await site.push('UserEvents', { userEvents });
	await waitFor(() => expect(visits.refreshed).toBe(1));
});

test('a link leads the focus to the content, where nothing else has it', () => {
	const main = document.querySelector('main');
	navigated('goto');
	expect(document.activeElement).toBe(document.body);
	navigated('link');
	expect(document.activeElement).toBe(main);
	document.querySelector<HTMLElement>('nav a')!.focus();
	navigated('link');
	expect(document.activeElement).not.toBe(main);
});
