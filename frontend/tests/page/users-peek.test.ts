/** A user beside the list, one after the other, live, and with the actions of their page. */
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { UpdateUser, UserPeek } from '#lib/graphql/documents.ts';
import { loadPeek } from '#lib/components/user/peek.ts';
import { en } from '#lib/messages/en.ts';
import { page } from '../document/kit/state.svelte.ts';
import { event, payload, user } from '../fakes/rows.ts';
import { ids, name, press, read, row, show, site } from './users-rows.ts';

describe('a user beside the list', () => {
	const beside = () => document.querySelector<HTMLElement>('aside[data-beside]');
	const shown = (id: string) => waitFor(() => expect(beside()?.dataset.beside).toBe(id));
	async function peekAtAda() {
		await show();
		name('ada').focus();
		await press('p');
		await shown('ada');
	}

	test('is opened by a key, has an address, and moves on with j, k and the arrows', async () => {
		await peekAtAda();
		expect(document.activeElement).toBe(beside());
		expect(location.search, 'what was pressed is seen before the address is changed').toBe('');
		await waitFor(() => expect(location.search).toBe('?peek=ada'));
		const entries = history.length;
		await press('j');
		await shown('bo');
		expect(location.search).toBe('?peek=ada');
		await waitFor(() => expect(location.search).toBe('?peek=bo'));
		await press('ArrowDown');
		await shown('cy');
		await press('j');
		expect(beside()!.dataset.beside, 'after the last comes nobody').toBe('cy');
		await press('k');
		await shown('bo');
		expect(document.activeElement, 'the reader stays there').toBe(beside());
		await press('Escape');
		await waitFor(() => expect(beside()).toBeNull());
		expect(document.activeElement).toBe(name('bo'));
		await waitFor(() => expect(location.search).toBe(''));
		expect(history.length, 'one entry, for all of them').toBe(entries);
	});

	test('is hidden at once, also before its address is there, which is left as well', async () => {
		await peekAtAda();
		await press('Escape');
		await waitFor(() => expect(beside()).toBeNull());
		await waitFor(() => expect(location.search).toBe(''));
		expect(page.state.peek ?? null).toBeNull();
	});

	test('Space shows and hides; on a box it ticks that', async () => {
		await show();
		name('ada').focus();
		await press(' ');
		await shown('ada');
		await press(' ');
		await waitFor(() => expect(beside()).toBeNull());
		row('bo').querySelector('input')!.focus();
		await press(' ');
		expect(page.state.peek ?? null).toBeNull();
	});

	test('follows the focus of the rows, and x selects the user that is shown', async () => {
		await peekAtAda();
		name('ada').focus();
		await press('j');
		await shown('bo');
		expect(document.activeElement).toBe(name('bo'));
		beside()!.focus();
		await press('x');
		expect(row('bo').querySelector('input')!.checked).toBe(true);
	});

	test('is read once it is shown for a moment, and changes as its row does', async () => {
		await show();
		await fireEvent.click(row('ada').querySelector('[data-peek]')!);
		await shown('ada');
		await waitFor(() => expect(beside()!.querySelector('[data-event=of-ada-1]')).not.toBeNull());
		const next = { ...ids.ada, version: 2, displayName: 'Ada Lovelace' };
		site.api.on(UserPeek, () => read(next) as never);
		await site.push('UserFeed', {
			users: { __typename: 'UserChanged', cursor: '1', user: next, changes: [] }
		});
		await within(beside()!).findByRole('heading', { name: 'Ada Lovelace' });
		await waitFor(() => expect(beside()!.querySelector('[data-event=of-ada-2]')).not.toBeNull());
		await site.push('UserFeed', { users: { __typename: 'UserLeft', cursor: '2', userId: 'ada' } });
		await within(beside()!).findByText(en.users.left);
	});

	test('a user who is only passed by the keyboard is not read', async () => {
		await peekAtAda();
		await press('j');
		await shown('bo');
		await press('j');
		await shown('cy');
		await waitFor(() => expect(beside()!.querySelector('[data-event=of-cy-1]')).not.toBeNull());
		expect(site.api.variables(UserPeek).map(({ id }) => id)).not.toContain('bo');
	});

	test('comes with the page where its address names one, who need not be in the list', async () => {
		const di = user({ id: 'di', displayName: 'Di' });
		await show({ peek: { id: 'di', user: read(di).user }, peekPart: await loadPeek('en') });
		within(beside()!).getByRole('heading', { name: 'Di' });
		expect(document.activeElement, 'the focus is left where it is').toBe(document.body);
		expect(site.api.variables(UserPeek)).toEqual([]);
		await site.push('UserHistoryFeed', {
			userEvents: {
				__typename: 'Event',
				...event('renamed', { userId: 'di' }),
				user: { ...di, displayName: 'Diana', version: 2 }
			}
		});
		await within(beside()!).findByRole('heading', { name: 'Diana' });
		await press('j', document.body);
		await shown('ada');
		await press('Escape');
		await waitFor(() => expect(beside()).toBeNull());
		expect(location.search).toBe('');
	});

	test('says so where they are not to be seen', async () => {
		await show({ peek: { id: 'di', user: null }, peekPart: await loadPeek('en') });
		within(beside()!).getByText(en.user.notFoundText);
	});

	test('is changed there as in the row: by the same question, or at once', async () => {
		site.api.on(UpdateUser, () => ({
			updateUser: payload(user({ id: 'ada', role: 'AUDITOR', version: 2 }))
		}));
		await peekAtAda();
		const panel = within(beside()!);
		await fireEvent.change(panel.getByRole('combobox'), { target: { value: 'AUDITOR' } });
		await fireEvent.submit(beside()!.querySelector('[data-role-form]')!);
		await screen.findByText('Ada: Auditor');
		expect(panel.getByRole<HTMLSelectElement>('combobox').value).toBe('AUDITOR');
		const link = panel.getByRole<HTMLAnchorElement>('link', { name: en.bulk.disable });
		expect(link.pathname + link.search, 'without script it leads to the page that asks').toBe(
			`/people/change?do=disable&ids=ada&back=${encodeURIComponent('/people?peek=ada')}`
		);
		await fireEvent.click(link);
		await screen.findByRole('dialog', { name: 'Disable Ada?' });
	});
});
