/** The frame round every page: the state of the connection, the keys, and the page for an error. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, test } from 'vitest';
import ErrorPage from '#lib/components/shell/ErrorPage.svelte';
import Keyboard from '#lib/components/shell/Keyboard.svelte';
import LiveState from '#lib/components/shell/LiveState.svelte';
import { placesFor } from '#lib/components/shell/places.ts';
import { UserEvents } from '#lib/graphql/documents.ts';
import { enKeys } from '#lib/messages/en-keys.ts';
import { enPalette } from '#lib/messages/en-palette.ts';
import { en } from '#lib/messages/en.ts';
import { Viewer } from '#lib/stores/viewer.svelte.ts';
import { visits } from '../document/kit/navigation.ts';
import { Site, until } from '../document/site.ts';
import { ADMIN } from '../fakes/rows.ts';

let site: Site;
beforeEach(() => (site = new Site('/people')));

describe('the state of the connection', () => {
	const word = () => document.querySelector('[data-live]')!.textContent!.trim();
	const retry = () => screen.queryByRole('button', { name: en.live.retryNow, hidden: true });
	const asked = () => site.socket.subscriptions('UserEvents').length;

	test('says that the API refuses, and asks again when told to', async () => {
		await site.show(LiveState, {});
		expect([word(), retry()]).toEqual([en.live.live, null]);
		const stop = site.live.follow(UserEvents, { after: null }, { event: () => {} });
		await until(() => asked() === 1);
		site.socket.fail('UserEvents', 'FORBIDDEN');
		await waitFor(() => expect(word()).toBe(en.live.refused));
		await fireEvent.click(retry()!);
		await until(() => asked() === 2);
		await waitFor(() => expect([word(), retry()]).toEqual([en.live.live, null]));
		stop();
	});
});

describe('the keys', () => {
	/** At a time in milliseconds: the second key counts for so long. */
	function press(key: string, at = 0, more: KeyboardEventInit = {}, target: Element = document.body) {
		const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
		Object.defineProperty(event, 'timeStamp', { value: at });
		return fireEvent(target, event);
	}
	const show = (role: 'ADMIN' | 'MEMBER' = 'ADMIN') =>
		site.show(Keyboard, { places: placesFor(new Viewer(() => ({ ...ADMIN, role }))) });

	test('g and a letter go places', async () => {
		await show();
		await press('g', 1_000);
		await press('a', 1_900);
		await press('a', 1_950);
		await press('g', 2_000);
		await press('p', 3_100);
		await press('g', 4_000);
		await press('o', 4_500);
		expect(visits.urls).toEqual(['/activity', '/overview']);
	});

	test('lead nowhere without the g before them, also in the first second of a page', async () => {
		await show();
		await press('o', 500);
		expect(visits.urls).toEqual([]);
	});

	test('go nowhere that the viewer may not see', async () => {
		await show('MEMBER');
		await press('g', 1_000);
		await press('a', 1_500);
		expect(visits.urls).toEqual([]);
	});

	test('are only letters while something is typed', async () => {
		await show();
		const field = document.body.appendChild(document.createElement('input'));
		await press('g', 1_000, {}, field);
		await press('a', 1_500, {}, field);
		await press('?', 2_000, {}, field);
		field.remove();
		expect([visits.urls, screen.queryByRole('dialog')]).toEqual([[], null]);
	});

	test.each([
		['?', {}, enKeys.title],
		['k', { ctrlKey: true }, enPalette.title]
	])('%s (%o) opens what it should', async (key, more, name) => {
		await show();
		await press(key, 0, more);
		await screen.findByRole('dialog', { name });
	});
});

describe('an error', () => {
	test.each([
		[{ status: 503 }, en.error.downTitle, true],
		[{ status: 500, code: 'OFFLINE' }, en.error.offlineTitle, true],
		[{ status: 404 }, en.error.notFoundTitle, false],
		[{ status: 403 }, en.error.forbiddenTitle, false],
		[{ status: 429 }, en.error.limitedTitle, true],
		[{ status: 502 }, en.error.title, true]
	])(
		'%o says what it is, by which id the logs have it, and whether to try again',
		async (error, title, again) => {
			await site.show(ErrorPage, { error: { message: '', requestId: 'request-7', ...error } });
			screen.getByRole('heading', { name: title });
			screen.getByText('request-7');
			expect(screen.queryAllByRole('button', { name: en.common.retry })).toHaveLength(again ? 1 : 0);
		}
	);
});
