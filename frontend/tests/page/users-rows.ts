/** The directory with three users, whose rows a test acts on. */
import { fireEvent, screen, within } from '@testing-library/svelte';
import { beforeEach } from 'vitest';
import { UserPeek, type User } from '#lib/graphql/documents.ts';
import Page from '../../src/routes/(app)/people/+page.svelte';
import { actions } from '../../src/routes/(app)/people/[id]/+page.server.ts';
import { Site } from '../document/site.ts';
import { event, sessionPage, user } from '../fakes/rows.ts';
import { ada, bo, data } from './users.ts';

export let site: Site;
export const ids = { ada: ada!, bo: bo!, cy: user({ id: 'cy', displayName: 'Cy' }) };
export const all = Object.values(ids);

export const read = (one: User) => ({
	user: {
		...one,
		sessions: sessionPage([]),
		events: {
			edges: [{ node: event(`of-${one.id}-${one.version}`, { user: one, userId: one.id }) }],
			pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null }
		}
	}
});
beforeEach(() => {
	site = new Site('/people', actions, { id: 'ada' });
	site.api.on(UserPeek, ({ id }) => read(all.find((one) => one.id === id)!) as never);
});
export const show = (more = {}) => site.show(Page, { data: { ...data(all), ...more }, form: null });
export const row = (id: string) => document.querySelector<HTMLElement>(`tr[data-id="${id}"]`)!;
export const name = (id: string) => row(id).querySelector<HTMLElement>('.name')!;
export const press = (key: string, target: Element = document.activeElement!) =>
	fireEvent.keyDown(target, { key });
export const menuOf = async (id: string, menu = 'all') => {
	await fireEvent.click(row(id).querySelector(`[data-menu=${menu}]`)!);
	return screen.findByRole('menu', { hidden: true });
};
export const choose = async (menu: HTMLElement, item: string) =>
	fireEvent.click(within(menu).getByText(item, { exact: true }));
