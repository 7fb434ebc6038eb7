/** A user's page: its forms, and who may use which. */
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, test } from 'vitest';
import {
	DisableUser,
	RevokeSession,
	UpdateUser,
	type User,
	type UserOutcome,
	type Viewer
} from '#lib/graphql/documents.ts';
import { enRecord } from '#lib/messages/en-record.ts';
import { en } from '#lib/messages/en.ts';
import { visits } from '../document/kit/navigation.ts';
import type { Site } from '../document/site.ts';
import { ADMIN, DONE, refused } from '../fakes/rows.ts';
import { ada, form, happened, header, newSite, show, timeline } from './user.ts';

let site: Site;
beforeEach(() => (site = newSite()));

const saved = (more: Partial<User>): UserOutcome => ({
	__typename: 'UserPayload',
	user: { ...ada, version: 8, ...more }
});

async function pickRole(role: string) {
	const select = form('role').querySelector('select')!;
	await fireEvent.change(select, { target: { value: role } });
	await fireEvent.submit(form('role'));
	await fireEvent.click(within(await screen.findByRole('dialog')).getByText(en.bulk.apply));
}

describe('the role form', () => {
	test('shows the role ahead and asks over the version that was seen', async () => {
		const { promise: answer, resolve } = Promise.withResolvers<UserOutcome>();
		site.api.on(UpdateUser, async () => ({ updateUser: await answer }));
		await show(site);
		await pickRole('ADMIN');
		expect(header().textContent).toContain(en.role.ADMIN);
		await waitFor(() =>
			expect(site.api.variables(UpdateUser)).toEqual([
				{ input: { id: ada.id, role: 'ADMIN', expectedVersion: 7 } }
			])
		);
		resolve(saved({ role: 'ADMIN' }));
		await screen.findByText(`Ada: ${en.role.ADMIN}`);
		expect(header().dataset.version).toBe('8');
		expect(header().textContent).toContain(en.role.ADMIN);
	});

	test('takes it back when it is refused, and says why', async () => {
		site.api.on(UpdateUser, () => ({
			updateUser: refused('LAST_ADMIN')
		}));
		await show(site);
		await pickRole('ADMIN');
		expect(header().textContent).toContain(en.role.ADMIN);
		await screen.findByText(en.problem.LAST_ADMIN);
		expect(header().textContent).not.toContain(en.role.ADMIN);
	});

	test('takes in who they are now where somebody else was quicker', async () => {
		const current: User = { ...ada, version: 9, role: 'AUDITOR', displayName: 'Ada King' };
		site.api.on(UpdateUser, () => ({
			updateUser: refused('VERSION_CONFLICT', { current })
		}));
		await show(site);
		await pickRole('ADMIN');
		await screen.findByText(en.problem.VERSION_CONFLICT);
		expect(header().dataset.version).toBe('9');
		expect(header().textContent).toContain('Ada King');
		expect(form('role').querySelector<HTMLInputElement>('[name=expectedVersion]')!.value).toBe('9');
	});

	test('takes it back when nobody answers', async () => {
		await show(site);
		site.offline = true;
		await pickRole('ADMIN');
		await screen.findByText(en.problem.UNAVAILABLE);
		expect(header().textContent).not.toContain(en.role.ADMIN);
	});
});

test('without script, the answer to one form stands in that form and in no other', async () => {
	const answer = {
		form: 'role',
		refusal: { code: 'LAST_ADMIN', message: '', fields: {} },
		kept: { current: null }
	};
	await show(site, {}, answer);
	const notices = screen.getAllByText(en.problem.LAST_ADMIN);
	expect(notices.map((one) => one.closest('form')?.dataset.form)).toEqual(['role']);
});

test('without script, a refused form holds what was typed', async () => {
	const before = { displayName: ada.displayName, email: ada.email! };
	const kept = { current: null, typed: { ...before, displayName: 'Augusta' }, before };
	const refusal = { code: 'VALIDATION_ERROR', message: '', fields: {} };
	await show(site, {}, { form: 'save', refusal, kept });
	expect(form('save').querySelector<HTMLInputElement>('[name=displayName]')!.value).toBe('Augusta');
});

describe('who looks at the page', () => {
	const forms = () =>
		[...document.querySelectorAll<HTMLElement>('form[data-form]')].map((one) => one.dataset.form);
	const view = async (viewer: Viewer) => {
		site.viewer = viewer;
		await show(site, { viewer });
	};

	test('as an auditor reads the log and changes nothing', async () => {
		await view({ ...ADMIN, role: 'AUDITOR' });
		expect([forms(), timeline()]).toEqual([[], ['first']]);
	});

	test('as a member sees neither', async () => {
		await view({ ...ADMIN, role: 'MEMBER' });
		expect([forms(), timeline()]).toEqual([[], []]);
		screen.getByText(enRecord.page.noAccess);
	});

	test('as themselves changes their profile and their sessions, and has the name beside every page read again', async () => {
		await view({ ...ADMIN, id: ada.id, role: 'MEMBER', version: 7 });
		expect([forms(), timeline()]).toEqual([['save', 'session'], ['first']]);
		expect(visits.invalidated).toEqual([]);
		await site.push('UserHistoryFeed', happened('second', {}, { ...ada, version: 8 }));
		await waitFor(() => expect(visits.invalidated).toEqual(['app:viewer']));
	});
});

describe('the profile form', () => {
	const type = (name: string, value: string) =>
		fireEvent.input(form('save').querySelector(`[name=${name}]`)!, { target: { value } });

	test('sends what was touched and nothing else, over the version that was seen', async () => {
		site.api.on(UpdateUser, () => ({ updateUser: saved({ displayName: 'Ada King' }) }));
		await show(site);
		await type('displayName', 'Ada King');
		await fireEvent.submit(form('save'));
		await screen.findByText(en.user.saved);
		expect(site.api.variables(UpdateUser)).toEqual([
			{ input: { id: ada.id, displayName: 'Ada King', expectedVersion: 7 } }
		]);
	});

	test('without a connection says so, keeps what was typed, and shows it nowhere else', async () => {
		await show(site);
		await type('email', 'new@example.com');
		site.offline = true;
		await fireEvent.submit(form('save'));
		await screen.findByText(en.problem.UNAVAILABLE);
		expect(form('save').getAttribute('aria-busy')).toBe('false');
		expect(form('save').querySelector<HTMLInputElement>('[name=email]')!.value).toBe('new@example.com');
		expect(header().textContent).toContain('ada@example.com');
		expect(header().textContent).not.toContain('new@example.com');
	});

	test('shows a fault beside its field and puts the focus there', async () => {
		const fields = [{ field: 'email', message: 'Invalid email format' }];
		site.api.on(UpdateUser, () => ({
			updateUser: refused('VALIDATION_ERROR', { fields })
		}));
		await show(site);
		await type('email', 'new@example.com');
		await fireEvent.submit(form('save'));
		await screen.findByText(en.invalid.email);
		const field = form('save').querySelector('[name=email]')!;
		await waitFor(() => expect(document.activeElement).toBe(field));
	});

	test('keeps what is typed when somebody else changes the same, and sends it only once that is seen', async () => {
		await show(site);
		await type('displayName', 'Augusta');
		const theirs = { ...ada, version: 8, displayName: 'Countess' };
		await site.push(
			'UserHistoryFeed',
			happened('theirs', { actor: { id: 'x', displayName: 'Linus' } }, theirs)
		);
		await screen.findByText(enRecord.conflict.by('Linus'));
		expect(form('save').querySelector<HTMLInputElement>('[name=displayName]')!.value).toBe('Augusta');
		expect(form('save').querySelector<HTMLInputElement>('[name=expectedVersion]')!.value).toBe('8');
		await fireEvent.click(screen.getByText(enRecord.conflict.takeTheirs));
		expect(form('save').querySelector<HTMLInputElement>('[name=displayName]')!.value).toBe('Countess');
	});
});

describe('ending a session', () => {
	const row = (id: string) => document.querySelector<HTMLElement>(`[data-session="${id}"]`)!;
	const end = (id: string) => fireEvent.click(within(row(id)).getByRole('button'));

	test('keeps the keyboard on the row whose button is gone', async () => {
		site.api.on(RevokeSession, () => ({ revokeSession: DONE }));
		await show(site);
		within(row('2')).getByRole('button').focus();
		await end('2');
		expect(document.activeElement).toBe(row('2'));
		await screen.findByText(enRecord.session.ended);
		expect(document.activeElement).toBe(row('2'));
		expect(row('2').textContent).toContain(enRecord.session.over);
		expect(site.api.variables(RevokeSession)).toEqual([{ id: '2' }]);
	});

	test('refused, the row is as it was', async () => {
		site.api.on(RevokeSession, () => ({
			revokeSession: refused('FORBIDDEN')
		}));
		await show(site);
		await end('2');
		expect(row('2').textContent).toContain(enRecord.session.over);
		await screen.findByText(en.problem.FORBIDDEN);
		expect(row('2').textContent).not.toContain(enRecord.session.over);
	});
});

describe('a status', () => {
	test('is shown ahead, asked for over its version, and taken back when refused', async () => {
		const { promise: answer, resolve } = Promise.withResolvers<UserOutcome>();
		site.api.on(DisableUser, async () => ({ disableUser: await answer }));
		await show(site);
		const dialog = [...document.querySelectorAll('dialog')].find((one) =>
			one.querySelector('form[action="?/disable"]')
		)!;
		await fireEvent.submit(dialog.querySelector('form')!);
		expect(header().textContent).toContain(en.status.DISABLED);
		await waitFor(() =>
			expect(site.api.variables(DisableUser)).toEqual([{ id: ada.id, expectedVersion: 7 }])
		);
		resolve(refused('LAST_ADMIN'));
		await screen.findByText(en.problem.LAST_ADMIN);
		expect(header().textContent).not.toContain(en.status.DISABLED);
	});
});
