/** The forms of a user's page: what they send, what they show ahead, and what becomes of a refusal. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import PasswordForm from '#lib/components/session/PasswordForm.svelte';
import SessionList from '#lib/components/session/SessionList.svelte';
import EraseDialog from '#lib/components/user/EraseDialog.svelte';
import ProfileForm from '#lib/components/user/ProfileForm.svelte';
import RoleForm from '#lib/components/user/RoleForm.svelte';
import StatusActions from '#lib/components/user/StatusActions.svelte';
import { en } from '#lib/messages/en.ts';
import { UserRecord } from '#lib/stores/user/record.svelte.ts';
import { answers, show } from '../document/component.ts';
import { visits } from '../document/kit/navigation.ts';
import { ADMIN, session, sessionPage, user } from '../fakes/rows.ts';

const record = () => {
	const sessions = sessionPage(['s1', 's2', 's3'].map((id) => session(id)));
	return new UserRecord({ user: user({ version: 7 }), sessions }, ADMIN.id);
};
const refusal = (code: string, fields: Record<string, string> = {}) => ({ code, message: '', fields });
const failure = (form: string, given: ReturnType<typeof refusal>, kept: unknown = null) => ({
	type: 'failure' as const,
	status: 400,
	data: { form, refusal: given, kept }
});
const success = (form: string, done: unknown) => ({
	type: 'success' as const,
	status: 200,
	data: { form, done }
});
const click = (name: string) => fireEvent.click(screen.getByRole('button', { name }));

describe('the role', () => {
	async function pick(subject: UserRecord) {
		const frame = show(RoleForm, { record: subject });
		await fireEvent.change(screen.getByLabelText(en.user.role), { target: { value: 'ADMIN' } });
		await click(en.bulk.apply);
		return frame;
	}

	test('is sent over the version that is shown, and shown ahead of the answer', async () => {
		const subject = record();
		await pick(subject);
		expect(answers.last).toMatchObject({ action: '?/role', data: { role: 'ADMIN', expectedVersion: '7' } });
		expect(subject.subject.current.role).toBe('ADMIN');
		expect((screen.getByRole('button', { name: en.bulk.apply }) as HTMLButtonElement).disabled).toBe(true);
	});

	test('refused, goes back, says why, and shows who was quicker', async () => {
		const subject = record();
		await pick(subject);
		const current = user({ version: 8, displayName: 'Ada King' });
		await answers.last.answer(failure('role', refusal('VERSION_CONFLICT'), { current }));
		expect(subject.subject.current).toMatchObject({ role: 'MEMBER', displayName: 'Ada King', version: 8 });
		await screen.findByText(en.problem.VERSION_CONFLICT);
	});

	test('refused, leaves another change that is still under way', async () => {
		const subject = record();
		const end = subject.showChange({ status: 'DISABLED' });
		await pick(subject);
		await answers.last.answer(failure('role', refusal('LAST_ADMIN')));
		expect(subject.subject.current).toMatchObject({ role: 'MEMBER', status: 'DISABLED' });
		end();
		expect(subject.subject.current.status).toBe('ACTIVE');
	});

	test('done, is stored and told; it is no change from elsewhere', async () => {
		const subject = record();
		const { toasts } = await pick(subject);
		await answers.last.answer(success('role', user({ role: 'ADMIN', version: 8 })));
		expect(subject.subject.stored).toMatchObject({ role: 'ADMIN', version: 8 });
		expect([subject.subject.changes, toasts.list.map(({ text }) => text)]).toEqual([0, ['Ada: Admin']]);
	});

	test('without script has the same sentence on the page', () => {
		show(RoleForm, { record: record(), answer: { form: 'role', done: user({ role: 'ADMIN' }) } });
		screen.getByText('Ada: Admin');
	});

	test.each([
		['OFFLINE', en.problem.UNAVAILABLE],
		['UNAVAILABLE', en.problem.UNAVAILABLE],
		[undefined, en.problem.UNKNOWN]
	])('that nobody answered (%s) says so and goes back', async (code, sentence) => {
		const subject = record();
		await pick(subject);
		await answers.last.answer({ type: 'error', error: { status: 500, message: '', code } });
		await screen.findByText(sentence);
		expect(subject.subject.current.role).toBe('MEMBER');
	});
});

describe('the status', () => {
	test('asks first, then sends the version and shows it ahead', async () => {
		const subject = record();
		show(StatusActions, { record: subject });
		const [button, confirm] = screen.getAllByRole('button', { name: en.user.disable, hidden: true });
		await fireEvent.click(button!);
		expect(answers.sent).toEqual([]);
		await fireEvent.click(confirm!);
		expect(answers.last).toMatchObject({ action: '?/disable', data: { expectedVersion: '7' } });
		expect(subject.subject.current.status).toBe('DISABLED');
		await answers.last.answer(failure('status', refusal('FORBIDDEN')));
		expect(subject.subject.current.status).toBe('ACTIVE');
		await screen.findByText(en.problem.FORBIDDEN);
	});
});

describe('the profile', () => {
	const name = () => screen.getByLabelText(en.users.name) as HTMLInputElement;
	const type = (value: string) => fireEvent.input(name(), { target: { value } });

	test('sends what was there with what is typed, so that fields not touched are not written', async () => {
		show(ProfileForm, { record: record() });
		await type('Ada King');
		await click(en.common.save);
		expect(answers.last.data).toEqual({
			expectedVersion: '7',
			displayName: 'Ada King',
			email: 'ada@example.com',
			'before.displayName': 'Ada',
			'before.email': 'ada@example.com'
		});
	});

	test('refused, keeps what was typed, and its field has the focus', async () => {
		const subject = record();
		show(ProfileForm, { record: subject });
		await type('x');
		await click(en.common.save);
		const given = refusal('VALIDATION_ERROR', { displayName: 'The display name is empty' });
		await answers.last.answer(failure('save', given, { current: null, typed: {}, before: {} }));
		await screen.findByText(en.invalid.displayName);
		expect([name().value, document.activeElement]).toEqual(['x', name()]);
		expect(subject.subject.current.displayName).toBe('Ada');
	});

	test('shows both where somebody else was quicker', async () => {
		show(ProfileForm, { record: record() });
		await type('Ada Mine');
		await click(en.common.save);
		const current = user({ version: 8, displayName: 'Ada Theirs' });
		await answers.last.answer(
			failure('save', refusal('VERSION_CONFLICT'), { current, typed: {}, before: {} })
		);
		await screen.findByText('Ada Theirs');
		screen.getByText('Ada Mine');
	});
});

describe('sessions', () => {
	const endFirst = async (subject: UserRecord) => {
		const frame = show(SessionList, { record: subject });
		const row = document.querySelector<HTMLElement>('[data-session="s1"]')!;
		const button = row.querySelector('button')!;
		button.focus();
		await fireEvent.click(button);
		return { ...frame, row };
	};

	test('one is ended at once, and the keyboard stays on its row', async () => {
		const subject = record();
		const { row, toasts } = await endFirst(subject);
		expect(answers.last.data).toEqual({ session: 's1' });
		expect([subject.sessions.row('s1')!.left, document.activeElement]).toEqual([true, row]);
		await answers.last.answer(success('session', { one: true }));
		expect(subject.sessions.row('s1')!.hasLeft).toBe(true);
		expect(toasts.list.map(({ text }) => text)).toEqual([en.session.ended]);
	});

	test('refused, it is there again', async () => {
		const subject = record();
		await endFirst(subject);
		await answers.last.answer(failure('session', refusal('NOT_FOUND')));
		expect(subject.sessions.row('s1')!.left).toBe(false);
		await screen.findByText(en.problem.NOT_FOUND);
	});
});

test('a wrong current password stands at its field, which has the focus', async () => {
	show(PasswordForm, { record: record() });
	await fireEvent.submit(document.querySelector('form')!);
	const given = refusal('INVALID_CREDENTIALS', { currentPassword: 'No' });
	await answers.last.answer(failure('password', given));
	await screen.findByText(en.invalid.currentPassword);
	expect((document.activeElement as HTMLInputElement).name).toBe('currentPassword');
});

test('erasing leads away and is told there; a wrong name stands at its field', async () => {
	const { toasts } = show(EraseDialog, { id: 'erase', record: record(), answer: null, open: true });
	const form = document.querySelector('form')!;
	await fireEvent.submit(form);
	await answers.last.answer(failure('erase', refusal('VALIDATION_ERROR', { name: 'mismatch' })));
	await screen.findByText(en.user.eraseMismatch);
	await fireEvent.submit(form);
	await answers.last.answer({ type: 'redirect', status: 303, location: '/people' });
	await waitFor(() => expect(visits.urls).toEqual(['/people']));
	expect(toasts.list.map(({ text }) => text)).toEqual([en.user.erased('Ada')]);
});
