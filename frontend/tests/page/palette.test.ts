/** The palette and the picker find users for what is typed now, whatever comes late. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, test, vi } from 'vitest';
import { FindUsers, type FindUsersData } from '#lib/graphql/documents.ts';
import { enPalette } from '#lib/messages/en-palette.ts';
import { en } from '#lib/messages/en.ts';
import UserPicker from '#lib/components/user/UserPicker.svelte';
import Palette from '#lib/components/shell/Palette.svelte';
import { user } from '../fakes/rows.ts';
import { Site, until } from '../document/site.ts';
import { visits } from '../document/kit/navigation.ts';

const found = (...names: string[]): FindUsersData => ({
	users: { edges: names.map((name) => ({ node: user({ id: name, displayName: name, email: null }) })) }
});
let site: Site;
let answers: Map<string, (data: FindUsersData) => void>;
beforeEach(() => {
	site = new Site('/people');
	answers = new Map();
	site.api.on(
		FindUsers,
		({ search }) => new Promise<FindUsersData>((resolve) => answers.set(search, resolve))
	);
});
const show = () => site.show(Palette, { open: true, places: [] });
const input = () => screen.getByRole('combobox');
const type = (value: string) => fireEvent.input(input(), { target: { value } });
const options = () => screen.queryAllByRole('option').map((one) => one.querySelector('.name')!.textContent);

test('shows who was found, and goes to them', async () => {
	await show();
	await type('zoe');
	await until(() => answers.has('zoe'));
	answers.get('zoe')!(found('Zoe'));
	await waitFor(() => expect(options()).toEqual(['Zoe']));
	await fireEvent.keyDown(input(), { key: 'Enter' });
	expect(visits.urls).toEqual(['/people/Zoe']);
});

test('an answer to what is no longer typed changes nothing', async () => {
	await show();
	await type('zo');
	await until(() => answers.has('zo'));
	await type('zoe');
	await until(() => answers.has('zoe'));
	answers.get('zoe')!(found('Zoe'));
	await waitFor(() => expect(options()).toEqual(['Zoe']));
	answers.get('zo')!(found('Zola'));
	await new Promise((resolve) => setTimeout(resolve));
	expect(options()).toEqual(['Zoe']);
});

test('Enter never goes to somebody who was found for something else', async () => {
	await show();
	await type('zo');
	await until(() => answers.has('zo'));
	answers.get('zo')!(found('Zola', 'Zoe'));
	await waitFor(() => expect(options()).toEqual(['Zola', 'Zoe']));
	await type('zoe');
	await fireEvent.keyDown(input(), { key: 'Enter' });
	expect(visits.urls).not.toContain('/people/Zola');
});

test('Enter takes a command at once, also while users are looked for', async () => {
	await show();
	await type(enPalette.theme(en.theme.dark));
	await fireEvent.keyDown(input(), { key: 'Enter' });
	expect(document.documentElement.dataset.theme).toBe('dark');
});

test('what was typed is forgotten when it closes', async () => {
	await show();
	await type('zo');
	await until(() => answers.has('zo'));
	answers.get('zo')!(found('Zola'));
	await waitFor(() => expect(options()).toEqual(['Zola']));
	document.querySelector('dialog')!.close();
	const left = () => screen.queryAllByRole('option', { hidden: true }).map((one) => one.textContent!.trim());
	await waitFor(() => expect(left().at(-1)).toBe(en.nav.signOut));
	expect((screen.getByRole('combobox', { hidden: true }) as HTMLInputElement).value).toBe('');
});

test('the page behind it is left alone, and the field keeps the focus', async () => {
	const modal = vi.spyOn(HTMLDialogElement.prototype, 'showModal');
	await show();
	expect(modal).not.toHaveBeenCalled();
	expect(await fireEvent.keyDown(input(), { key: 'Tab' }), 'Tab leads nowhere').toBe(false);
	expect(await fireEvent.mouseDown(screen.getAllByRole('option')[0]!)).toBe(false);
	expect(await fireEvent.mouseDown(input())).toBe(true);
});

test('over a dialog it is one itself', async () => {
	const other = document.body.appendChild(document.createElement('dialog'));
	other.open = true;
	const modal = vi.spyOn(HTMLDialogElement.prototype, 'showModal');
	await show();
	expect(modal).toHaveBeenCalledOnce();
	other.remove();
});

test('a press beside it closes it, one that began in it does not', async () => {
	await show();
	const palette = document.querySelector('dialog')!;
	await fireEvent.mouseDown(input());
	await fireEvent.click(palette);
	expect(palette.open).toBe(true);
	await fireEvent.mouseDown(palette);
	await fireEvent.click(palette);
	await waitFor(() => expect(palette.open).toBe(false));
});

test('nor does Enter pick them', async () => {
	const picked: string[] = [];
	await site.show(UserPicker, { name: 'who', label: 'Who', onpick: (id: string) => picked.push(id) });
	await type('zo');
	await until(() => answers.has('zo'));
	answers.get('zo')!(found('Zola', 'Zoe'));
	await waitFor(() => expect(options()).toEqual(['Zola', 'Zoe']));
	expect((input() as HTMLInputElement).value, 'what was typed stays').toBe('zo');
	await type('zoe');
	await fireEvent.keyDown(input(), { key: 'Enter' });
	expect(picked).toEqual([]);
	await until(() => answers.has('zoe'));
	answers.get('zoe')!(found('Zoe'));
	await waitFor(() => expect(options()).toEqual(['Zoe']));
	await fireEvent.keyDown(input(), { key: 'Enter' });
	expect(picked).toEqual(['Zoe']);
});
