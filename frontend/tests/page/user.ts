/** A user's page as the tests have it, and what is seen of it. */
import type { Access, EventRow, User, Viewer } from '#lib/graphql/documents.ts';
import { enEvents } from '#lib/messages/en-events.ts';
import { userAddress } from '#lib/utils/user/user-address.ts';
import UserAccess from '#lib/components/user/UserAccess.svelte';
import Page from '../../src/routes/(app)/people/[id]/+page.svelte';
import { actions } from '../../src/routes/(app)/people/[id]/+page.server.ts';
import { Site } from '../document/site.ts';
import { ADMIN, event, session, sessionPage, user } from '../fakes/rows.ts';

export const ada = user({ version: 7 });

/** A password, and nothing else. */
export const NO_ACCESS: Access = { hasPassword: true, pendingEmail: null, secondFactors: [], passkeys: [] };

export const data = (more: { viewer?: Viewer } & Record<string, unknown> = {}) => ({
	user: ada,
	access: NO_ACCESS,
	UserAccess: (more.viewer ?? ADMIN).role === 'ADMIN' ? UserAccess : undefined,
	sessions: sessionPage([session('3'), session('2'), session('1')]),
	events: { edges: [{ node: event('first') }], pageInfo: { hasNextPage: false, endCursor: null } },
	cursor: 'head',
	query: userAddress(ada.id).parse(new URLSearchParams()),
	viewer: ADMIN,
	words: enEvents,
	...more
});

export const newSite = () => new Site(`/people/${ada.id}`, actions, { id: ada.id });

export const show = (site: Site, more: Parameters<typeof data>[0] = {}, form: unknown = null) =>
	site.show(Page, { data: data(more), form });

export const header = () => document.querySelector<HTMLElement>('[data-person]')!;
export const form = (name: string) => document.querySelector<HTMLFormElement>(`form[data-form="${name}"]`)!;

/** A message of the feed: an event, and the user as they are after it. */
export const happened = (id: string, more: Partial<EventRow> = {}, after: User | null = ada) => ({
	userEvents: { __typename: 'Event', ...event(id, more), user: after }
});

export const timeline = () =>
	[...document.querySelectorAll<HTMLElement>('[data-timeline] [data-event]')].map((row) => row.dataset.event);
