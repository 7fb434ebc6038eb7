/** A password that an admin sets for somebody: typed or generated, shown once, and nowhere else. */
import { fireEvent, screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import AccessForm from '#lib/components/user/AccessForm.svelte';
import { enRecord } from '#lib/messages/en-record.ts';
import { generatePassword } from '#lib/utils/user/password.ts';
import { answers, show } from '../document/component.ts';
import { user } from '../fakes/rows.ts';
import { click, failure, record, refusal, success } from './record.ts';

const shown = () => document.querySelector('[data-password]')?.textContent ?? null;
const field = () => document.querySelector<HTMLInputElement>('[name=password]')!;

test('one is generated here, sent, and shown once it is set', async () => {
	const subject = record({ canSignIn: false });
	show(AccessForm, { record: subject });
	screen.getByText(enRecord.access.no);
	await click(enRecord.access.generate);
	const sent = answers.last.data.password!;
	expect(sent).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
	expect([answers.last.action, answers.last.data.generate]).toEqual(['?/access', undefined]);
	expect(shown(), 'not before it is set').toBeNull();
	const stored = user({ version: 8, canSignIn: true });
	await answers.last.answer(success('access', { user: stored, password: null }));
	expect(shown()).toBe(sent);
	screen.getByText(enRecord.access.done);
	screen.getByText(enRecord.access.yes);
	await click(enRecord.access.generate);
	expect(shown(), 'the next one takes its place').toBeNull();
	expect(answers.last.data).toMatchObject({ expectedVersion: '8' });
	expect(answers.last.data.password).not.toBe(sent);
});

test('a disabled user cannot sign in, whatever is set', () => {
	show(AccessForm, { record: record({ canSignIn: true, status: 'DISABLED' }) });
	screen.getByText(enRecord.access.disabled);
});

test('one that was typed is sent, and not shown', async () => {
	show(AccessForm, { record: record() });
	await fireEvent.input(field(), { target: { value: 'a typed password' } });
	await click(enRecord.access.save);
	expect(answers.last.data).toMatchObject({ password: 'a typed password', expectedVersion: '7' });
	await answers.last.answer(success('access', { user: user({ version: 8 }), password: null }));
	expect([shown(), field().value]).toEqual([null, '']);
});

test('refused, nothing is shown, and the field says why', async () => {
	show(AccessForm, { record: record() });
	await click(enRecord.access.generate);
	const wrong = refusal('VALIDATION_ERROR', { password: 'The password is shorter than 8 characters' });
	await answers.last.answer(failure('access', wrong, { current: null }));
	expect(shown()).toBeNull();
	expect(field().getAttribute('aria-invalid')).toBe('true');
});

test('without script the server generates it, and its answer shows it', () => {
	const done = { user: user(), password: 'abcde-fghij-kmnpq-rstuv' };
	show(AccessForm, { record: record(), answer: { form: 'access' as const, done } });
	expect(shown()).toBe(done.password);
	screen.getByText(enRecord.access.done);
});

test('no two are alike, and no character looks like another', () => {
	const many = Array.from({ length: 200 }, generatePassword);
	expect(new Set(many).size).toBe(200);
	const used = new Set(many.join('').replaceAll('-', ''));
	expect([used.size, [...'lo01'].some((one) => used.has(one))]).toEqual([32, false]);
});
