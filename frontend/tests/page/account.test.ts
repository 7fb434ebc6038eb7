/** One's own account: kept current by the log, and by what is read again. */
import { waitFor } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';
import { enRecord } from '#lib/messages/en-record.ts';
import { en } from '#lib/messages/en.ts';
import Page from '../../src/routes/(app)/account/+page.svelte';
import { visits } from '../document/kit/navigation.ts';
import { Site } from '../document/site.ts';
import { ADMIN, event, session, sessionPage, user } from '../fakes/rows.ts';

const grace = user({ ...ADMIN });
const data = (more: object = {}) => ({
	user: grace,
	pendingEmail: null,
	secondFactors: [],
	passkeys: [],
	sessions: sessionPage([session('2'), session('1', { current: true })]),
	cursor: 'head',
	viewer: ADMIN,
	...more
});
let site: Site;
beforeEach(() => (site = new Site('/account')));
const field = (name: string) =>
	document.querySelector<HTMLInputElement>(`form[data-form="save"] [name=${name}]`)!;
const shown = () => document.querySelector<HTMLElement>('[data-version]')!.textContent;
const over = () =>
	[...document.querySelectorAll<HTMLElement>('[data-session]')]
		.filter((row) => row.textContent!.includes(enRecord.session.over))
		.map((row) => row.dataset.session);

test('follows the log, and has the name beside every page read again', async () => {
	await site.show(Page, { data: data(), form: null });
	expect(visits.invalidated).toEqual([]);
	const after = { ...grace, version: 2, displayName: 'Rear Admiral' };
	await site.push('UserHistoryFeed', { userEvents: { __typename: 'Event', ...event('x'), user: after } });
	await waitFor(() => expect(shown()).toContain('Rear Admiral'));
	expect(field('displayName').value).toBe('Rear Admiral');
	expect(visits.invalidated).toEqual(['app:viewer']);
	expect(site.socket.subscriptions('UserHistoryFeed')).toHaveLength(1);
});

test('read again, shows what was read', async () => {
	const update = await site.show(Page, { data: data(), form: null });
	await update({
		data: data({
			user: { ...grace, version: 3, displayName: 'Commodore' },
			sessions: sessionPage([session('1', { current: true })])
		})
	});
	expect(shown()).toContain('Commodore');
	expect(over()).toEqual(['2']);
});

test('without script, a refused form holds what was typed', async () => {
	const before = { displayName: grace.displayName, email: grace.email! };
	const refusal = {
		code: 'VALIDATION_ERROR',
		message: '',
		fields: { displayName: 'The display name is empty' }
	};
	const kept = { current: null, typed: { displayName: 'Amazing', email: grace.email! }, before };
	await site.show(Page, { data: data(), form: { form: 'save', refusal, kept } });
	expect(field('displayName').value).toBe('Amazing');
	expect(document.body.textContent).toContain(en.invalid.displayName);
});
