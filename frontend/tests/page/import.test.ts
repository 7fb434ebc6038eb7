/** The import: checked here, added a few at a time, and stopped when the page is left. */
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';
import { CreateUser, type UserOutcome } from '#lib/graphql/documents.ts';
import { enImport } from '#lib/messages/en-import.ts';
import Page from '../../src/routes/(app)/people/import/+page.svelte';
import { Site } from '../document/site.ts';
import { payload, user } from '../fakes/rows.ts';

let site: Site;
let added: ((outcome: { createUser: UserOutcome }) => void)[];
const LINES = Array.from({ length: 12 }, (_, number) => `${number}@example.com,Number ${number}`);

async function begin() {
	await site.show(Page, { data: { words: enImport }, form: null });
	const list = document.querySelector<HTMLTextAreaElement>('[name=list]')!;
	await fireEvent.input(list, { target: { value: ['email,name', 'nobody,Nobody', ...LINES].join('\n') } });
	await fireEvent.submit(document.querySelector('form[data-form=import]')!);
	await fireEvent.click(await screen.findByRole('button', { name: enImport.run(12) }));
	await waitFor(() => expect(added).toHaveLength(4));
}
const asked = () => site.api.variables(CreateUser).length;
const unload = () => {
	const event = new Event('beforeunload', { cancelable: true });
	window.dispatchEvent(event);
	return event.defaultPrevented;
};

beforeEach(() => {
	[site, added] = [new Site('/people/import'), []];
	site.api.on(CreateUser, () => new Promise((resolve) => added.push(resolve)));
});

test('adds the lines that are good, four at a time, and warns who would leave meanwhile', async () => {
	await begin();
	expect(unload()).toBe(true);
	while (asked() < 12) {
		added.at(-1)!({ createUser: payload(user()) });
		const before = asked();
		await waitFor(() => expect(asked()).toBe(before + 1));
	}
	for (const resolve of added) resolve({ createUser: payload(user()) });
	await waitFor(() => expect(document.querySelectorAll('[data-state=added]')).toHaveLength(12));
	expect(document.querySelectorAll('[data-state=bad]')).toHaveLength(1);
	await waitFor(() => expect(unload()).toBe(false));
});

test('begins nothing more once the page is left', async () => {
	await begin();
	cleanup();
	for (const resolve of added) resolve({ createUser: payload(user()) });
	// Whatever was to be begun has been, by a task that comes after theirs.
	await new Promise((resolve) => setTimeout(resolve, 50));
	expect(asked()).toBe(4);
});
