/** The overview: numbers that follow what happens, and the latest changes. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, test } from 'vitest';
import { EventCounts, Stats, type EventType, type StatsData } from '#lib/graphql/documents.ts';
import { enEvents } from '#lib/messages/en-events.ts';
import { enFirst } from '#lib/messages/en-first.ts';
import FirstSteps from '#lib/components/user/FirstSteps.svelte';
import Page from '../../src/routes/(app)/overview/+page.svelte';
import { visits } from '../document/kit/navigation.ts';
import { PATIENCE_MS } from '../document/patience.ts';
import { Site } from '../document/site.ts';
import { ADMIN, AT, event } from '../fakes/rows.ts';

const stats = (total: number): StatsData['stats'] => ({ total, online: 1, byRole: [], byStatus: [] });
const counts = { since: AT, complete: true, counts: [] };
const starts = [Date.parse(AT)];
/** The numbers are read again every five seconds at most. */
const READ_AGAIN = { timeout: 4 * PATIENCE_MS };
let site: Site;
let total: number;
beforeEach(() => {
	site = new Site('/overview');
	total = 10;
	site.api.on(Stats, () => ({ stats: stats(total) }));
	site.api.on(EventCounts, () => ({ eventCounts: counts }));
});
const show = () =>
	site.show(Page, {
		data: {
			span: '1',
			stats: stats(1),
			counts: { starts, counts: [] },
			events: [event('first')],
			cursor: 'head',
			service: null,
			viewer: ADMIN,
			words: enEvents,
			first: { Steps: FirstSteps, m: enFirst }
		}
	});
const people = () => document.querySelector('[data-figure=people] .value')!.textContent;
const latest = () =>
	[...document.querySelectorAll<HTMLElement>('[data-latest] [data-event]')].map((row) => row.dataset.event);
const push = (id: string, type: EventType = 'USER_UPDATED') =>
	site.push('UserEvents', { userEvents: { __typename: 'Event', ...event(id, { type }) } });

describe('the numbers', () => {
	/** Presence is not in the log, and our own connection is counted too. */
	async function connected() {
		await show();
		expect(people()).toBe('1');
		await waitFor(() => expect(people()).toBe('10'), READ_AGAIN);
		total = 11;
	}

	test('are read again when something happens', async () => {
		await connected();
		await push('second', 'SESSION_STARTED');
		await waitFor(() => expect(people()).toBe('11'), READ_AGAIN);
	});

	test('are read again when somebody comes or goes', async () => {
		await connected();
		await site.push('Presence', { presence: { userId: 'ada', online: true } });
		await waitFor(() => expect(people()).toBe('11'), READ_AGAIN);
	});
});

test('what to do first is shown to an admin who is alone, and no longer', async () => {
	await show();
	expect(document.querySelector('[data-first-steps]')).not.toBeNull();
	await waitFor(() => expect(people()).toBe('10'), READ_AGAIN);
	expect(document.querySelector('[data-first-steps]')).toBeNull();
});

test('what to do first is not shown to those who cannot do it', async () => {
	site.viewer = { ...ADMIN, role: 'AUDITOR' };
	await show();
	expect(document.querySelector('[data-first-steps]')).toBeNull();
});

describe('the latest changes', () => {
	test('take in changes, and nothing else', async () => {
		await show();
		await push('signed-in', 'SESSION_STARTED');
		await push('second');
		await waitFor(() => expect(latest()).toEqual(['second', 'first']));
	});

	test('have what was missed wait to be asked for', async () => {
		await show();
		await site.reconnect();
		await push('missed');
		await fireEvent.click(await screen.findByRole('button', { name: enEvents.activity.show(1) }));
		expect(latest()).toEqual(['missed', 'first']);
	});

	test('have the page read again where more happened than was kept', async () => {
		await show();
		for (let number = 0; number < 230; number += 1) await push(`event-${number}`);
		const more = await waitFor(() => document.querySelector<HTMLElement>('[data-latest] [data-new]')!);
		await fireEvent.click(more);
		await waitFor(() => expect(visits.refreshed).toBe(1));
	});
});
