/** A user's page: its forms, and what of the log it takes in. */
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, test } from 'vitest';
import {
	DisableUser,
	RevokeSession,
	UpdateUser,
	UserSessions,
	UsersById,
	type EventRow,
	type User,
	type UserOutcome,
	type Viewer
} from '#lib/graphql/documents.ts';
import { en } from '#lib/messages/en.ts';
import { userAddress } from '#lib/utils/user/address.ts';
import Page from '../../src/routes/(app)/people/[id]/+page.svelte';
import { actions } from '../../src/routes/(app)/people/[id]/+page.server.ts';
import { ADMIN, DONE, event, node, refused, session, sessionPage, user } from '../fakes/rows.ts';
import { Site, until } from '../document/site.ts';
import { visits } from '../document/kit/navigation.ts';

const ada = user({ version: 7 });
const data = (more: object = {}) => ({
	user: ada,
	sessions: sessionPage([session('3'), session('2'), session('1')]),
	events: { edges: [{ node: event('first') }], pageInfo: { hasNextPage: false, endCursor: null } },
	cursor: 'head',
	query: userAddress(ada.id).parse(new URLSearchParams()),
	viewer: ADMIN,
	...more
});
let site: Site;
beforeEach(() => (site = new Site(`/people/${ada.id}`, actions, { id: ada.id })));
const show = (more: object = {}) => site.show(Page, { data: data(more), form: null });

const saved = (more: Partial<User>): UserOutcome => ({
	__typename: 'UserPayload',
	user: { ...ada, version: 8, ...more }
});
const header = () => document.querySelector<HTMLElement>('[data-person]')!;
const form = (name: string) => document.querySelector<HTMLFormElement>(`form[data-form="${name}"]`)!;
const happened = (id: string, more: Partial<EventRow> = {}, after: User | null = ada) => ({
	userEvents: { __typename: 'Event', ...event(id, more), user: after }
});
const timeline = () =>
	[...document.querySelectorAll<HTMLElement>('[data-timeline] [data-event]')].map((row) => row.dataset.event);

async function pickRole(role: string) {
	const select = form('role').querySelector('select')!;
	await fireEvent.change(select, { target: { value: role } });
	await fireEvent.submit(form('role'));
}

describe('the role form', () => {
	test('shows the role ahead and asks over the version that was seen', async () => {
		const { promise: answer, resolve } = Promise.withResolvers<UserOutcome>();
		site.api.on(UpdateUser, async () => ({ updateUser: await answer }));
		await show();
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
		await show();
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
		await show();
		await pickRole('ADMIN');
		await screen.findByText(en.problem.VERSION_CONFLICT);
		expect(header().dataset.version).toBe('9');
		expect(header().textContent).toContain('Ada King');
		expect(form('role').querySelector<HTMLInputElement>('[name=expectedVersion]')!.value).toBe('9');
	});

	test('takes it back when nobody answers', async () => {
		await show();
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
	await site.show(Page, { data: data(), form: answer });
	const notices = screen.getAllByText(en.problem.LAST_ADMIN);
	expect(notices.map((one) => one.closest('form')?.dataset.form)).toEqual(['role']);
});

test('without script, a refused form holds what was typed', async () => {
	const before = { displayName: ada.displayName, email: ada.email! };
	const kept = { current: null, typed: { ...before, displayName: 'Augusta' }, before };
	const refusal = { code: 'VALIDATION_ERROR', message: '', fields: {} };
	await site.show(Page, { data: data(), form: { form: 'save', refusal, kept } });
	expect(form('save').querySelector<HTMLInputElement>('[name=displayName]')!.value).toBe('Augusta');
});

describe('who looks at the page', () => {
	const forms = () =>
		[...document.querySelectorAll<HTMLElement>('form[data-form]')].map((one) => one.dataset.form);
	const view = async (viewer: Viewer) => {
		site.viewer = viewer;
		await show({ viewer });
	};

	test('as an auditor reads the log and changes nothing', async () => {
		await view({ ...ADMIN, role: 'AUDITOR' });
		expect([forms(), timeline()]).toEqual([[], ['first']]);
	});

	test('as a member sees neither', async () => {
		await view({ ...ADMIN, role: 'MEMBER' });
		expect([forms(), timeline()]).toEqual([[], []]);
		screen.getByText(en.user.noAccess);
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
		await show();
		await type('displayName', 'Ada King');
		await fireEvent.submit(form('save'));
		await screen.findByText(en.user.saved);
		expect(site.api.variables(UpdateUser)).toEqual([
			{ input: { id: ada.id, displayName: 'Ada King', expectedVersion: 7 } }
		]);
	});

	test('without a connection says so, keeps what was typed, and shows it nowhere else', async () => {
		await show();
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
		await show();
		await type('email', 'new@example.com');
		await fireEvent.submit(form('save'));
		await screen.findByText(en.invalid.email);
		const field = form('save').querySelector('[name=email]')!;
		await waitFor(() => expect(document.activeElement).toBe(field));
	});

	test('keeps what is typed when somebody else changes the same, and sends it only once that is seen', async () => {
		await show();
		await type('displayName', 'Augusta');
		const theirs = { ...ada, version: 8, displayName: 'Countess' };
		await site.push(
			'UserHistoryFeed',
			happened('theirs', { actor: { id: 'x', displayName: 'Linus' } }, theirs)
		);
		await screen.findByText(en.user.changedWhileEditing('Linus'));
		expect(form('save').querySelector<HTMLInputElement>('[name=displayName]')!.value).toBe('Augusta');
		expect(form('save').querySelector<HTMLInputElement>('[name=expectedVersion]')!.value).toBe('8');
		await fireEvent.click(screen.getByText(en.user.takeTheirs));
		expect(form('save').querySelector<HTMLInputElement>('[name=displayName]')!.value).toBe('Countess');
	});
});

describe('ending a session', () => {
	const row = (id: string) => document.querySelector<HTMLElement>(`[data-session="${id}"]`)!;
	const end = (id: string) => fireEvent.click(within(row(id)).getByRole('button'));

	test('keeps the keyboard on the row whose button is gone', async () => {
		site.api.on(RevokeSession, () => ({ revokeSession: DONE }));
		await show();
		within(row('2')).getByRole('button').focus();
		await end('2');
		expect(document.activeElement).toBe(row('2'));
		await screen.findByText(en.session.ended);
		expect(document.activeElement).toBe(row('2'));
		expect(row('2').textContent).toContain(en.session.over);
		expect(site.api.variables(RevokeSession)).toEqual([{ id: '2' }]);
	});

	test('refused, the row is as it was', async () => {
		site.api.on(RevokeSession, () => ({
			revokeSession: refused('FORBIDDEN')
		}));
		await show();
		await end('2');
		expect(row('2').textContent).toContain(en.session.over);
		await screen.findByText(en.problem.FORBIDDEN);
		expect(row('2').textContent).not.toContain(en.session.over);
	});
});

describe('a status', () => {
	test('is shown ahead, asked for over its version, and taken back when refused', async () => {
		const { promise: answer, resolve } = Promise.withResolvers<UserOutcome>();
		site.api.on(DisableUser, async () => ({ disableUser: await answer }));
		await show();
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

describe('the log', () => {
	const sessions = () =>
		[...document.querySelectorAll<HTMLElement>('[data-session]')].map(
			(row) => row.dataset.session + (row.textContent!.includes(en.session.over) ? ' over' : '')
		);

	test('changes the page where it stands, and is asked for once', async () => {
		await show();
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
		site.api.on(UserSessions, () => ({ user: { sessions: data().sessions } }));
		site.api.on(UsersById, () => ({ nodes: [] }));
		await show();
		await site.reconnect();
		await site.push('UserHistoryFeed', happened('missed'));
		const more = await screen.findByRole('button', { name: en.activity.show(1) });
		expect(timeline()).toEqual(['first']);
		await fireEvent.click(more);
		expect(timeline()).toEqual(['missed', 'first']);
	});

	test('no longer has all: the page is read again, and what was read is shown', async () => {
		const update = await show();
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
		site.api.on(UserSessions, () => ({
			user: { sessions: sessionPage([session('4'), session('3'), session('1')]) }
		}));
		await show();
		await site.push('UserHistoryFeed', happened('x'));
		await site.push('UserHistoryFeed', happened('a', { type: 'SESSION_REVOKED' }));
		await site.push('UserHistoryFeed', happened('b', { type: 'SESSION_STARTED' }));
		await waitFor(() => expect(sessions()).toEqual(['3', '2 over', '1', '4']));
		expect(site.api.variables(UserSessions)).toEqual([{ id: ada.id }]);
	});

	test('does not name sessions and presence: both are read after a break', async () => {
		site.api.on(UserSessions, () => ({ user: { sessions: sessionPage([session('3')]) } }));
		site.api.on(UsersById, () => ({ nodes: [node({ ...ada, online: true })] }));
		await show();
		expect(header().textContent).not.toContain(en.live.online);
		await site.reconnect();
		await waitFor(() => expect(sessions()).toEqual(['3', '2 over', '1 over']));
		await waitFor(() => expect(header().textContent).toContain(en.live.online));
		expect(site.api.variables(UsersById)).toEqual([{ ids: [ada.id] }]);
	});

	test('adds nothing to an older page: what comes is newer than all of it', async () => {
		await show({ query: userAddress(ada.id).parse(new URLSearchParams('older=x')) });
		await site.push(
			'UserHistoryFeed',
			happened('second', {}, { ...ada, version: 8, displayName: 'Ada King' })
		);
		await waitFor(() => expect(header().textContent).toContain('Ada King'));
		expect(timeline()).toEqual(['first']);
		expect(screen.getByText(en.activity.newest).getAttribute('href')).toBe(`/people/${ada.id}`);
	});

	test('says that somebody is erased, and lets nothing more be done', async () => {
		await show();
		await site.push('UserHistoryFeed', happened('gone', { type: 'USER_ERASED' }, null));
		await waitFor(() => expect(document.body.textContent).toContain(en.user.unavailable.erased));
		expect(form('save').closest<HTMLElement>('.profile')!.inert).toBe(true);
	});
});
