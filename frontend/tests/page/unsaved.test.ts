/** What was typed and not sent is not lost by leaving: the page asks first. */
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, test, vi } from 'vitest';
import { CreateUser } from '#lib/graphql/documents.ts';
import { enLeave } from '#lib/messages/en-leave.ts';
import { enNew } from '#lib/messages/en-new.ts';
import { en } from '#lib/messages/en.ts';
import Page from '../../src/routes/(app)/people/new/+page.svelte';
import { actions } from '../../src/routes/(app)/people/new/+page.server.ts';
import Inside from '../document/Inside.svelte';
import { navigated, navigating, visits } from '../document/kit/navigation.ts';
import { Site, until } from '../document/site.ts';
import { ADMIN, payload, user } from '../fakes/rows.ts';

let site: Site;
const steps: number[] = [];
const question = () => document.querySelector<HTMLDialogElement>('dialog[open]');
const press = async (name: string) => fireEvent.click(await screen.findByRole('button', { name }));
const field = (name: string) => document.querySelector<HTMLInputElement>(`form [name=${name}]`)!;

beforeEach(async () => {
	steps.length = 0;
	vi.spyOn(history, 'go').mockImplementation((delta) => void steps.push(delta!));
	site = new Site('/people/new', actions);
	const data = { viewer: ADMIN, m: en, locale: 'en', timeZone: 'UTC', theme: 'system', key: 'key-1' };
	render(Inside, { props: { data: data as never, page: Page as never } });
	await until(() => document.querySelector('[data-live="live"]'));
	await vi.dynamicImportSettled();
	field('email').focus();
});

/** As a person types: the field has the focus. */
async function type(name: string, value: string) {
	field(name).focus();
	field(name).dispatchEvent(new InputEvent('beforeinput', { bubbles: true }));
	await fireEvent.input(field(name), { target: { value } });
}

test('nothing is asked where nothing was typed', () => {
	for (const way of ['link', 'goto', 'popstate', 'leave'])
		expect(navigating('/people', way), way).toBe(false);
});

test.each(['link', 'goto', 'popstate'])('leaving what was typed asks, and may stay (%s)', async (way) => {
	await type('displayName', 'Ada');
	expect(navigating('/people', way, { delta: -1 })).toBe(true);
	expect((await screen.findByRole('dialog')).textContent).toContain(enLeave.text.edits);
	await press(enLeave.stay);
	await waitFor(() => expect(question()).toBe(null));
	expect([visits.urls, steps]).toEqual([[], []]);
	expect(navigating('/people', way, { delta: -1 }), 'asked again').toBe(true);
});

test('leaving goes where it was meant to, without a second question', async () => {
	await type('displayName', 'Ada');
	navigating('/activity?show=security');
	await press(enLeave.leave);
	expect(visits.urls).toEqual(['/activity?show=security']);
	expect(navigating('/activity?show=security', 'goto')).toBe(false);
	navigated('goto');
	expect(navigating('/people'), 'there is something to lose on the next page too').toBe(true);
});

test('leaving by the history takes the same step again', async () => {
	await type('displayName', 'Ada');
	navigating('/people', 'popstate', { delta: -2 });
	await press(enLeave.leave);
	expect([visits.urls, steps]).toEqual([[], [-2]]);
});

test('the last way that was tried is the one that is taken', async () => {
	await type('displayName', 'Ada');
	navigating('/people');
	await screen.findByRole('dialog');
	navigating('/overview');
	await press(enLeave.leave);
	expect(visits.urls).toEqual(['/overview']);
});

test('the browser asks for itself where it unloads the page', async () => {
	await type('displayName', 'Ada');
	expect(navigating(null, 'leave')).toBe(true);
	await vi.dynamicImportSettled();
	expect(question()).toBe(null);
});

test('what is typed back to what it was is nothing to lose', async () => {
	await type('displayName', 'Ada');
	await type('displayName', '');
	expect(navigating('/people')).toBe(false);
});

test('a choice counts as well as a text', async () => {
	const [, auditor] = document.querySelectorAll<HTMLInputElement>('form [name=role]');
	auditor!.focus();
	await fireEvent.click(auditor!);
	expect(navigating('/people')).toBe(true);
});

test('what is chosen outside of a watched form is nothing to lose', () => {
	const language = document.querySelector<HTMLSelectElement>('select[name=locale]')!;
	language.dispatchEvent(new FocusEvent('focusin', { bubbles: true }));
	language.value = 'de';
	expect(navigating('/people')).toBe(false);
});

test('what a browser fills in by itself is nothing to lose', async () => {
	field('displayName').focus();
	await fireEvent.input(field('password'), { target: { value: 'filled in' } });
	expect(navigating('/people')).toBe(false);
});

test('a page that stays keeps its forms', async () => {
	await type('displayName', 'Ada');
	expect(navigating('/people/new?x=y')).toBe(false);
});

test('the end of a session is not held up', async () => {
	await type('displayName', 'Ada');
	await site.push('SessionNotices', { sessionNotices: { kind: 'DISABLED', message: '' } });
	site.socket.drop(4403);
	await waitFor(() => expect(visits.urls).toHaveLength(1));
	expect(navigating(visits.urls[0]!, 'goto')).toBe(false);
});

test('signing out is not held up', async () => {
	await type('displayName', 'Ada');
	const form = document.querySelector<HTMLFormElement>('form[action="/sign-out"]')!;
	form.addEventListener('submit', (event) => event.preventDefault(), { capture: true, once: true });
	await fireEvent.submit(form);
	expect(navigating(null, 'leave'), 'what the script sends stays on the page').toBe(true);
	await fireEvent.submit(form);
	expect(navigating(null, 'leave')).toBe(false);
});

test('sent, it is asked no more; typed again, it is', async () => {
	site.api.on(CreateUser, () => ({ createUser: payload(user()) }));
	await type('displayName', 'Ada');
	await type('email', 'ada@example.com');
	await press(enNew.createAnother);
	await waitFor(() => expect(field('displayName').value).toBe(''));
	expect(navigating('/people')).toBe(false);
	await type('displayName', 'Bo');
	expect(navigating('/people')).toBe(true);
});

test('a form that leads to another page is not asked about', async () => {
	site.api.on(CreateUser, () => ({ createUser: payload(user()) }));
	await type('displayName', 'Ada');
	await type('email', 'ada@example.com');
	await press(enNew.create);
	await waitFor(() => expect(visits.urls).toHaveLength(1));
	expect(navigating(visits.urls[0]!, 'goto')).toBe(false);
});
