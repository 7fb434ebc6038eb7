/** The forms for a role and a status: what they send, what they show ahead, and what becomes of a refusal. */
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import EraseDialog from '#lib/components/user/EraseDialog.svelte';
import RoleForm from '#lib/components/user/RoleForm.svelte';
import StatusActions from '#lib/components/user/StatusActions.svelte';
import { UserAccess, type Role, type UserStatus } from '#lib/graphql/documents.ts';
import { enChange } from '#lib/messages/en-change.ts';
import { enRecord } from '#lib/messages/en-record.ts';
import { en } from '#lib/messages/en.ts';
import type { UserRecord } from '#lib/stores/user/record.svelte.ts';
import type { RoleConsequence } from '#lib/utils/user/power.ts';
import { answers, show } from '../document/component.ts';
import { visits } from '../document/kit/navigation.ts';
import { ADMIN, user } from '../fakes/rows.ts';
import { click, expectsOwn, failure, happened, record, refusal, success } from './record.ts';

describe('the role', () => {
	const choose = (role: string) =>
		fireEvent.change(screen.getByLabelText(en.user.role), { target: { value: role } });

	/** Chooses a role that asks first, and confirms. */
	async function pick(subject: UserRecord) {
		const frame = show(RoleForm, { record: subject });
		await choose('ADMIN');
		await click(en.bulk.apply);
		await fireEvent.click(within(await screen.findByRole('dialog')).getByText(en.bulk.apply));
		return frame;
	}

	test.each<[Role, Role, RoleConsequence | null]>([
		['MEMBER', 'AUDITOR', null],
		['MEMBER', 'ADMIN', 'grants'],
		['AUDITOR', 'ADMIN', 'grants'],
		['ADMIN', 'AUDITOR', 'takes'],
		['ADMIN', 'MEMBER', 'takes'],
		['AUDITOR', 'MEMBER', 'lowers']
	])('from %s to %s asks first where it should (%s), and says what follows', async (before, after, kind) => {
		show(RoleForm, { record: record({ role: before }) });
		await choose(after);
		await click(en.bulk.apply);
		if (kind) within(await screen.findByRole('dialog')).getByText(enChange.power[kind]('Ada'));
		expect(answers.sent.length).toBe(kind ? 0 : 1);
		expect(screen.queryByText(enChange.power.self)).toBeNull();
	});

	test('cancelled, is not sent, and asks again the next time', async () => {
		show(RoleForm, { record: record() });
		await choose('ADMIN');
		await click(en.bulk.apply);
		await fireEvent.click(within(await screen.findByRole('dialog')).getByText(en.common.cancel));
		await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
		await click(en.bulk.apply);
		await screen.findByRole('dialog');
		expect(answers.sent).toEqual([]);
	});

	test('is sent over the version that is shown, and shown ahead of the answer', async () => {
		const subject = record();
		await pick(subject);
		expect(answers.last).toMatchObject({
			action: '?/role',
			data: { role: 'ADMIN', expectedVersion: '7', confirmed: 'yes' }
		});
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

	test('done, follows what others make of it afterwards', async () => {
		const subject = record();
		await pick(subject);
		await answers.last.answer(success('role', user({ role: 'ADMIN', version: 8 })));
		subject.apply(happened(user({ role: 'AUDITOR', version: 9 })), false);
		const select = screen.getByLabelText<HTMLSelectElement>(en.user.role);
		await waitFor(() => expect(select.value).toBe('AUDITOR'));
	});

	test('of one’s own warns that it ends the session, and only once another is chosen', async () => {
		const subject = record({ id: ADMIN.id, role: 'ADMIN' });
		show(RoleForm, { record: subject });
		expect(screen.queryByText(enChange.power.self)).toBeNull();
		await choose('MEMBER');
		await click(en.bulk.apply);
		within(await screen.findByRole('dialog')).getByText(enChange.power.self);
		expect(answers.sent).toEqual([]);
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
	const offered = () =>
		[...document.querySelectorAll('[data-status-actions] button')].map((one) => one.textContent!.trim());
	/** Presses the button, and the one of the dialog where it asks first. */
	async function confirm(name: string) {
		const [button, confirmed] = screen.getAllByRole('button', { name, hidden: true });
		await fireEvent.click(button!);
		if (confirmed) await fireEvent.click(confirmed);
	}

	test.each<[UserStatus, string[], asked: string[]]>([
		['ACTIVE', [en.user.disable, en.user.delete], [en.user.disable, en.user.delete]],
		['DISABLED', [en.user.enable, en.user.delete], [en.user.delete]],
		['DELETED', [en.user.restore], []]
	])(
		'%s can become what makes sense, and what takes something away asks first',
		async (status, actions, asked) => {
			show(StatusActions, { record: record({ status }) });
			expect(offered()).toEqual([...actions, enRecord.erase.action]);
			for (const name of actions) {
				cleanup();
				answers.sent = [];
				show(StatusActions, { record: record({ status }) });
				await fireEvent.click(screen.getAllByRole('button', { name, hidden: true })[0]!);
				expect([name, answers.sent.length]).toEqual([name, asked.includes(name) ? 0 : 1]);
			}
		}
	);

	test('done, is stored, and the sessions are read again', async () => {
		const subject = record();
		show(StatusActions, { record: subject });
		await confirm(en.user.disable);
		await answers.last.answer(success('status', user({ status: 'DISABLED', version: 8 })));
		expect(subject.subject.stored).toMatchObject({ status: 'DISABLED', version: 8 });
		await waitFor(() => expect(answers.asked).toEqual([UserAccess]));
	});

	test('refused because somebody was quicker, shows them as they are now', async () => {
		const subject = record();
		show(StatusActions, { record: subject });
		await confirm(en.user.disable);
		const current = user({ version: 9, displayName: 'Ada King' });
		await answers.last.answer(failure('status', refusal('VERSION_CONFLICT'), { current }));
		expect(subject.subject.current).toMatchObject({ status: 'ACTIVE', displayName: 'Ada King', version: 9 });
	});

	test('asks first, then sends the version and shows it ahead', async () => {
		const subject = record();
		show(StatusActions, { record: subject });
		const [button, confirm] = screen.getAllByRole('button', { name: en.user.disable, hidden: true });
		await fireEvent.click(button!);
		expect(answers.sent).toEqual([]);
		await fireEvent.click(confirm!);
		expect(answers.last).toMatchObject({
			action: '?/disable',
			data: { expectedVersion: '7', confirmed: 'yes' }
		});
		expect(subject.subject.current.status).toBe('DISABLED');
		await answers.last.answer(failure('status', refusal('FORBIDDEN')));
		expect(subject.subject.current.status).toBe('ACTIVE');
		await screen.findByText(en.problem.FORBIDDEN);
	});
});

test('erasing is one’s own doing: its event says nothing to the one who does it', async () => {
	const subject = record();
	show(EraseDialog, { id: 'erase', record: subject, answer: null, open: true });
	await fireEvent.submit(document.querySelector('form')!);
	subject.apply(happened(null, 'self'), false);
	expect(subject.subject.unavailable).toBeNull();
	await answers.last.answer(failure('erase', refusal('FORBIDDEN')));
	await screen.findByText(en.problem.FORBIDDEN);
	expect(expectsOwn(subject)).toBe(false);
	subject.apply(happened(null, 'self'), false);
	expect(subject.subject.unavailable).toBe('hidden');
});

test('erasing leads away and is told there; a wrong name stands at its field', async () => {
	const { toasts } = show(EraseDialog, { id: 'erase', record: record(), answer: null, open: true });
	const form = document.querySelector('form')!;
	await fireEvent.submit(form);
	await answers.last.answer(failure('erase', refusal('VALIDATION_ERROR', { name: 'mismatch' })));
	await screen.findByText(enRecord.erase.mismatch);
	expect(screen.queryByRole('alert')).toBeNull();
	await fireEvent.submit(form);
	await answers.last.answer({ type: 'redirect', status: 303, location: '/people' });
	await waitFor(() => expect(visits.urls).toEqual(['/people']));
	expect(toasts.list.map(({ text }) => text)).toEqual([enRecord.erase.done('Ada')]);
});
