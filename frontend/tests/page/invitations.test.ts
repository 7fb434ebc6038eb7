/** The invitations of the directory: sent, listed, withdrawn, kept current, and what without script. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';
import { Invitations, InviteUser, WithdrawInvitation, type InvitationRow } from '#lib/graphql/documents.ts';
import { enInvitations } from '#lib/messages/en-invitations.ts';
import { en } from '#lib/messages/en.ts';
import { actions } from '../../src/routes/(app)/people/invitations/+page.server.ts';
import Page from '../../src/routes/(app)/people/invitations/+page.svelte';
import { invitations } from '#lib/utils/invitation/address.ts';
import { Site } from '../document/site.ts';
import { ADMIN, AT, DONE, event, refused, user } from '../fakes/rows.ts';

const row = (id: string, more: Partial<InvitationRow> = {}): InvitationRow => ({
	id,
	email: `${id}@example.com`,
	displayName: null,
	role: 'MEMBER',
	createdAt: AT,
	expiresAt: '2999-01-01T00:00:00Z',
	invitedBy: { id: ADMIN.id, displayName: ADMIN.displayName },
	...more
});
const NO_PAGES = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
let site: Site;
beforeEach(() => (site = new Site('/people/invitations', actions)));
const show = (rows: InvitationRow[], more: object = {}, form: unknown = null) =>
	site.show(Page, {
		data: {
			query: invitations.parse(new URLSearchParams()),
			mode: 'OPEN',
			rows,
			pageInfo: NO_PAGES,
			cursor: 'head',
			viewer: site.viewer,
			...more
		},
		form
	});
const form = (name: string) => document.querySelector<HTMLFormElement>(`form[data-form="${name}"]`)!;
const rows = () => [...document.querySelectorAll<HTMLElement>('[data-invitation]')];
const emails = () => rows().map((one) => one.querySelector('p span')!.textContent);
const ended = () => rows().filter((one) => one.textContent!.includes(enInvitations.ended));
const type = (name: string, value: string) =>
	fireEvent.input(form('invite').querySelector(`[name=${name}]`)!, { target: { value } });

test('an invitation is sent with what was chosen, and comes first', async () => {
	const sent = row('cy', { displayName: 'Cy', role: 'AUDITOR' });
	site.api.on(InviteUser, () => ({
		inviteUser: { __typename: 'InvitationPayload' as const, invitation: sent }
	}));
	await show([row('old')]);
	await type('email', ' cy@example.com ');
	await type('displayName', 'Cy');
	await fireEvent.change(form('invite').querySelector('[name=role]')!, { target: { value: 'AUDITOR' } });
	await fireEvent.submit(form('invite'));
	await screen.findByText(enInvitations.sent(sent.email));
	expect(site.api.variables(InviteUser)).toEqual([
		{ input: { email: 'cy@example.com', displayName: 'Cy', role: 'AUDITOR' } }
	]);
	expect(emails()).toEqual(['cy@example.com', 'old@example.com']);
	expect(form('invite').querySelector<HTMLInputElement>('[name=email]')!.value).toBe('');
});

test('an address of somebody in the directory is refused beside its field, with who has it', async () => {
	const holder = user({ id: '7', displayName: 'Cy' });
	site.api.on(InviteUser, () => ({ inviteUser: refused('EMAIL_TAKEN', { current: holder }) }));
	await show([]);
	await type('email', 'cy@example.com');
	await fireEvent.submit(form('invite'));
	await screen.findByText(en.problem.EMAIL_TAKEN);
	expect(document.querySelector('[data-holder="7"]')).not.toBeNull();
	site.api.on(InviteUser, () => ({
		inviteUser: { __typename: 'InvitationPayload' as const, invitation: row('di') }
	}));
	expect(site.api.variables(InviteUser)).toEqual([
		{ input: { email: 'cy@example.com', displayName: null, role: 'MEMBER' } }
	]);
	await type('email', 'di@example.com');
	await fireEvent.submit(form('invite'));
	await screen.findByText(enInvitations.sent('di@example.com'));
	expect(document.querySelector('[data-holder]')).toBeNull();
});

test.each(['Done', 'NotFoundProblem'] as const)(
	'an invitation is withdrawn (%s), and stays greyed',
	async (answer) => {
		site.api.on(WithdrawInvitation, () => ({
			withdrawInvitation: (answer === 'Done' ? DONE : refused('NOT_FOUND')) as never
		}));
		await show([row('1'), row('2')]);
		await fireEvent.click(document.querySelector('button[value="1"]')!);
		await screen.findByText(enInvitations.withdrawn);
		expect(site.api.variables(WithdrawInvitation)).toEqual([{ id: '1' }]);
		expect(ended().map((one) => one.dataset.invitation)).toEqual(['1']);
		expect(rows().map((one) => one.querySelectorAll('button').length)).toEqual([0, 1]);
		expect(document.activeElement).toBe(rows()[0]);
	}
);

test('one that is sent again shows until when', async () => {
	const again = row('1', { expiresAt: '2999-01-01T00:00:00Z' });
	site.api.on(InviteUser, () => ({
		inviteUser: { __typename: 'InvitationPayload' as const, invitation: again }
	}));
	await show([row('1', { expiresAt: AT })]);
	expect(rows()[0]!.textContent).toContain(enInvitations.over);
	await type('email', '1@example.com');
	await fireEvent.submit(form('invite'));
	await screen.findByText(enInvitations.sent(again.email));
	expect(rows()).toHaveLength(1);
	expect(rows()[0]!.textContent).not.toContain(enInvitations.over);
});

test('one that cannot be withdrawn is as it was', async () => {
	site.api.on(WithdrawInvitation, () => ({ withdrawInvitation: refused('FORBIDDEN') as never }));
	await show([row('1')]);
	await fireEvent.click(document.querySelector('button[value="1"]')!);
	await screen.findByText(en.problem.FORBIDDEN);
	expect(ended()).toEqual([]);
});

test('what others send and end is read again', async () => {
	await show([row('1'), row('2')]);
	site.api.on(Invitations, () => ({
		signUpMode: 'OPEN' as const,
		invitations: { edges: [row('3'), row('1')].map((node) => ({ node })), pageInfo: NO_PAGES }
	}));
	await site.push('UserEvents', {
		userEvents: { __typename: 'Event', ...event('x', { type: 'INVITATION_SENT' }) }
	});
	await waitFor(() => expect(emails()).toEqual(['3@example.com', '1@example.com', '2@example.com']));
	expect(ended().map((one) => one.dataset.invitation)).toEqual(['2']);
	expect(site.api.variables(Invitations)[0]).toMatchObject({ first: 50 });
});

test('one that has expired says so, and where signing up is closed there is no form', async () => {
	await show([row('1', { expiresAt: AT })], { mode: 'CLOSED' });
	expect(rows()[0]!.textContent).toContain(enInvitations.over);
	expect(document.body.textContent).toContain(enInvitations.off);
	expect(document.querySelector('form[data-form=invite]')).toBeNull();
});

test('without script, a refused form holds what was typed', async () => {
	const kept = { email: 'no', displayName: 'Cy', role: 'ADMIN', holder: null };
	const refusal = { code: 'VALIDATION_ERROR', message: '', fields: { email: 'Invalid email format' } };
	await show([], {}, { form: 'invite', refusal, kept });
	expect(form('invite').querySelector<HTMLInputElement>('[name=email]')!.value).toBe('no');
	expect(form('invite').querySelector<HTMLSelectElement>('[name=role]')!.value).toBe('ADMIN');
	expect(document.body.textContent).toContain(en.invalid.email);
	expect(document.body.textContent).toContain(enInvitations.none);
});
