/** The directory with a single user: what to do first, until there is a second one. */
import { waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, test } from 'vitest';
import { enFirst } from '#lib/messages/en-first.ts';
import { load } from '../../src/routes/(app)/people/+page.ts';
import Page from '../../src/routes/(app)/people/+page.svelte';
import { ada, bo, data } from './users.ts';
import { Site } from '../document/site.ts';
import { ADMIN, user } from '../fakes/rows.ts';

let site: Site;
beforeEach(() => (site = new Site('/people')));
const steps = () => document.querySelector('[data-first-steps]');
const read = (of: ReturnType<typeof data>) =>
	load({ data: of, parent: async () => ({ locale: 'en' }) } as never) as Promise<ReturnType<typeof data>>;
const show = async (of: ReturnType<typeof data>) =>
	site.show(Page, { data: await read(of), form: null } as never);

describe('what to do first', () => {
	test('is shown to an admin who is alone, and no longer', async () => {
		await show(data([ada]));
		expect(steps()?.textContent).toContain(enFirst.import.name);
		await site.push('UserFeed', {
			users: { __typename: 'UserEntered', cursor: '1', user: user({ id: 'cy' }) }
		});
		await waitFor(() => expect(steps()).toBeNull());
	});

	test('is not shown where there are others, nor when a filter finds one person', async () => {
		await show(data([ada, bo]));
		expect(steps()).toBeNull();
		await show(data([ada], 'q=ada'));
		expect(steps()).toBeNull();
	});

	test('is not shown to those who cannot do it', async () => {
		site.viewer = { ...ADMIN, role: 'AUDITOR' };
		await show(data([ada]));
		expect(steps()).toBeNull();
	});
});
