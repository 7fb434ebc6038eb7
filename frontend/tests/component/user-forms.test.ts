/** The forms for a profile, sessions and a password: what they send, what they show ahead, and what becomes of a refusal. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import PasswordForm from '#lib/components/session/PasswordForm.svelte';
import SessionList from '#lib/components/session/SessionList.svelte';
import ProfileForm from '#lib/components/user/ProfileForm.svelte';
import { UserAccess } from '#lib/graphql/documents.ts';
import { enAccount } from '#lib/messages/en-account.ts';
import { enRecord } from '#lib/messages/en-record.ts';
import { en } from '#lib/messages/en.ts';
import type { UserRecord } from '#lib/stores/user/record.svelte.ts';
import { answers, show } from '../document/component.ts';
import { ADMIN, session, sessionPage, user } from '../fakes/rows.ts';
import { click, expectsOwn, failure, happened, record, refusal, success } from './record.ts';

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

	test('an address that another user has changes nothing of this one, and says whose it is', async () => {
		const subject = record();
		show(ProfileForm, { record: subject });
		await type('Ada King');
		await click(en.common.save);
		const holder = user({ id: 'bo-1', version: 9, displayName: 'Bo', status: 'DELETED' });
		const kept = { current: null, holder, typed: {}, before: {} };
		await answers.last.answer(failure('save', refusal('EMAIL_TAKEN'), kept));
		await screen.findByText(en.user.heldByDeleted('Bo'));
		expect([name().value, subject.subject.stored.displayName, subject.draft.base.version]).toEqual([
			'Ada King',
			'Ada',
			7
		]);
		const restore = screen.getByRole<HTMLButtonElement>('button', { name: en.user.restoreHolder('Bo') });
		expect(restore.form!.getAttribute('action')).toBe('/people/bo-1?/restore');
		await click(en.common.save);
		expect(screen.queryByText(en.user.heldByDeleted('Bo'))).toBeNull();
	});

	test('an auditor sees whose address it is, and cannot restore them', async () => {
		show(ProfileForm, { record: record() }, { ...ADMIN, role: 'AUDITOR' });
		await type('Ada King');
		await click(en.common.save);
		const kept = {
			current: null,
			holder: user({ displayName: 'Bo', status: 'DELETED' }),
			typed: {},
			before: {}
		};
		await answers.last.answer(failure('save', refusal('EMAIL_TAKEN'), kept));
		await screen.findByText(en.user.heldByDeleted('Bo'));
		expect(screen.queryByRole('button', { name: en.user.restoreHolder('Bo') })).toBeNull();
	});

	test('an address is entered as text, which a browser leaves as it is', () => {
		show(ProfileForm, { record: record({ email: 'ada@bücher.example' }) });
		const email = screen.getByLabelText(en.users.email) as HTMLInputElement;
		expect([email.type, email.inputMode, email.autocomplete, email.value]).toEqual([
			'text',
			'email',
			'off',
			'ada@bücher.example'
		]);
	});

	test('shows both where somebody else was quicker', async () => {
		const subject = record();
		show(ProfileForm, { record: subject });
		await type('Ada Mine');
		await click(en.common.save);
		const current = user({ version: 8, displayName: 'Ada Theirs' });
		await answers.last.answer(
			failure('save', refusal('VERSION_CONFLICT'), { current, typed: {}, before: {} })
		);
		await screen.findByText('Ada Theirs');
		screen.getByText('Ada Mine');
		expect(subject.subject.stored.version).toBe(8);
	});
});

describe('the profile, saved', () => {
	async function saveAs(displayName: string) {
		const subject = record();
		show(ProfileForm, { record: subject });
		await fireEvent.input(screen.getByLabelText(en.users.name), { target: { value: displayName } });
		await click(en.common.save);
		return subject;
	}
	const button = () => screen.getByRole<HTMLButtonElement>('button', { name: /save|working/i });

	test('is stored, and follows what others change afterwards', async () => {
		const subject = await saveAs('Ada King');
		await answers.last.answer(success('save', user({ displayName: 'Ada King', version: 8 })));
		expect([subject.subject.stored.version, subject.draft.dirty]).toEqual([8, []]);
		subject.apply(happened(user({ displayName: 'Countess', version: 9 })), false);
		expect([subject.draft.displayName, subject.draft.remoteChanges]).toEqual(['Countess', []]);
	});

	test('cannot be sent without a change, nor twice', async () => {
		show(ProfileForm, { record: record() });
		await waitFor(() => expect(button().disabled).toBe(true));
		await fireEvent.input(screen.getByLabelText(en.users.name), { target: { value: 'Ada King' } });
		expect(button().disabled).toBe(false);
		await click(en.common.save);
		expect(button().disabled).toBe(true);
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
		expect(toasts.list.map(({ text }) => text)).toEqual([enRecord.session.ended]);
	});

	test('refused, it is there again', async () => {
		const subject = record();
		await endFirst(subject);
		expect(expectsOwn(subject)).toBe(true);
		await answers.last.answer(failure('session', refusal('NOT_FOUND')));
		expect(subject.sessions.row('s1')!.left).toBe(false);
		await screen.findByText(en.problem.NOT_FOUND);
		expect(expectsOwn(subject)).toBe(false);
	});

	test.each([
		['one’s own', ADMIN.id, enRecord.session.revokeOthers],
		['another’s', user().id, null]
	])('of %s, a single other one can be ended like all', (_, id, name) => {
		const sessions = sessionPage([session('here', { current: true }), session('there')]);
		show(SessionList, { record: record({ id }, sessions) });
		expect(screen.queryByRole('button', { name: enRecord.session.revokeOthers })?.textContent ?? null).toBe(
			name
		);
	});

	test('of the same client are told apart by when they began, row and button', () => {
		const begun = ['2026-01-01T10:00:00Z', '2026-01-01T10:01:00Z', '2026-01-02T10:00:00Z'];
		const same = { userAgent: 'curl/8.0', ipAddress: '127.0.0.1' };
		const sessions = sessionPage(
			begun.map((createdAt, index) => session(`s${index}`, { ...same, createdAt }))
		);
		show(SessionList, { record: record({}, sessions) });
		const rows = [...document.querySelectorAll('[data-session]')];
		expect(new Set(rows.map((row) => row.textContent)).size).toBe(3);
		expect(new Set(rows.map((row) => row.querySelector('button')!.ariaLabel)).size).toBe(3);
		expect(document.querySelectorAll('[data-session] .max-sm\\:hidden')).toHaveLength(0);
	});
});

test('a new password empties the form, and the sessions are read again', async () => {
	const subject = record({ id: ADMIN.id });
	show(PasswordForm, { record: subject });
	const field = () => document.querySelector<HTMLInputElement>('[name=newPassword]')!;
	await fireEvent.input(field(), { target: { value: 'a good password' } });
	await fireEvent.submit(document.querySelector('form')!);
	expect(expectsOwn(subject)).toBe(true);
	await answers.last.answer(success('password', null));
	expect([field().value, expectsOwn(subject)]).toEqual(['', false]);
	await screen.findByText(enAccount.changed);
	await waitFor(() => expect(answers.asked).toEqual([UserAccess]));
});

test('a wrong current password stands at its field, which has the focus', async () => {
	show(PasswordForm, { record: record() });
	await fireEvent.submit(document.querySelector('form')!);
	const given = refusal('INVALID_CREDENTIALS', { currentPassword: 'No' });
	await answers.last.answer(failure('password', given));
	await screen.findByText(en.invalid.currentPassword);
	expect(screen.queryByRole('alert')).toBeNull();
	expect((document.activeElement as HTMLInputElement).name).toBe('currentPassword');
});
