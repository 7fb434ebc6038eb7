/** A user's page: how they sign in, as admins see it and the log changes it. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';
import {
	ResetSecondFactor,
	UserAccess,
	type Access,
	type EventType,
	type Role
} from '#lib/graphql/documents.ts';
import { enRecord } from '#lib/messages/en-record.ts';
import type { Site } from '../document/site.ts';
import { load } from '../../src/routes/(app)/people/[id]/+page.ts';
import { ADMIN, DONE, sessionPage } from '../fakes/rows.ts';
import { ada, form, happened, newSite, NO_ACCESS, show } from './user.ts';

const m = enRecord.access;
const KEY = { id: 'k1', name: 'Phone', createdAt: '2026-01-01T00:00:00Z', lastUsedAt: null };
const WITH_KEY: Access = { ...NO_ACCESS, hasPassword: false, secondFactors: ['PASSKEY'], passkeys: [KEY] };

let site: Site;
beforeEach(() => {
	site = newSite();
	reads(WITH_KEY);
});

const reads = (access: Access) =>
	site.api.on(UserAccess, () => ({ user: { ...access, sessions: sessionPage([]) } }));
/** The ways to sign in, as pairs of a term and what is said of it. */
const ways = () =>
	[...document.querySelectorAll('[data-ways-in] dt')].map((term) => [
		term.textContent,
		term.nextElementSibling!.textContent!.replace(/\s+/g, ' ').trim()
	]);

test('each way in is named, with what waits', async () => {
	await show(site);
	expect(ways()).toEqual([
		[m.hasPassword, m.isSet],
		[m.passkeys, m.none],
		[m.factor, m.off]
	]);
	document.body.replaceChildren();
	await show(site, {
		access: { ...WITH_KEY, secondFactors: ['TOTP', 'PASSKEY'], pendingEmail: 'new@example.com' }
	});
	expect(ways()).toEqual([
		[m.hasPassword, m.notSet],
		[m.passkeys, `Phone ${m.unused}`],
		[m.factor, m.app],
		[m.pending, `new@example.com ${m.waits}`]
	]);
});

test.each<EventType>([
	'PASSKEY_ADDED',
	'PASSKEY_REMOVED',
	'SECOND_FACTOR_ADDED',
	'SECOND_FACTOR_REMOVED',
	'EMAIL_CHANGE_REQUESTED',
	'EMAIL_VERIFIED',
	'PASSWORD_CHANGED',
	'SESSION_STARTED'
])('after %s it is read again', async (type) => {
	await show(site);
	await site.push('UserHistoryFeed', happened('x', { type }));
	await waitFor(() => expect(ways()[1]).toEqual([m.passkeys, `Phone ${m.unused}`]));
	expect(form('resetFactor')).not.toBeNull();
});

test('an email that an admin changed is no longer waited for', async () => {
	await show(site, { access: { ...NO_ACCESS, pendingEmail: 'new@example.com' } });
	reads(NO_ACCESS);
	const changes = [{ field: 'displayName', before: 'a', after: 'b' }];
	await site.push('UserHistoryFeed', happened('x', { changes }));
	expect(site.api.variables(UserAccess)).toEqual([]);
	await site.push(
		'UserHistoryFeed',
		happened('y', { changes: [{ field: 'email', before: 'a', after: 'b' }] })
	);
	await waitFor(() => expect(ways()).toHaveLength(3));
});

test('second factor and passkeys are removed together, after what follows was said', async () => {
	site.api.on(ResetSecondFactor, () => ({ resetSecondFactor: DONE }));
	await show(site, { access: { ...WITH_KEY, hasPassword: true } });
	expect(form('resetFactor').textContent).toContain(enRecord.factor.follows(ada.displayName));
	reads(NO_ACCESS);
	await fireEvent.submit(form('resetFactor'));
	await screen.findByText(enRecord.factor.done);
	expect(form('resetFactor')).toBeNull();
	expect(site.api.variables(ResetSecondFactor)).toEqual([{ userId: ada.id }]);
	await waitFor(() => expect(ways()[1]).toEqual([m.passkeys, m.none]));
});

test('who has no password is locked out by that, which is said', async () => {
	await show(site, { access: WITH_KEY });
	expect(form('resetFactor').textContent).toContain(enRecord.factor.locksOut(ada.displayName));
});

test('is loaded for admins alone', async () => {
	const part = async (role: Role) => {
		const parent = () => Promise.resolve({ locale: 'en', viewer: { ...ADMIN, role } });
		return ((await load({ data: {}, parent } as never)) as { UserAccess?: unknown }).UserAccess;
	};
	expect([Boolean(await part('ADMIN')), await part('AUDITOR')]).toEqual([true, undefined]);
});
