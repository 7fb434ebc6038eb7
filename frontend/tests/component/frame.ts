/** Shows a component as a page behind sign-in would. */
import { render } from '@testing-library/svelte';
import type { Component } from 'svelte';
import type { EventRow, SessionPage, User, Viewer } from '#lib/graphql/documents.ts';
import type { Live } from '#lib/stores/live/live.svelte.ts';
import type { Toasts } from '#lib/stores/toasts.svelte.ts';
import Frame from './Frame.svelte';

const at = '2026-01-01T00:00:00Z';

export const user = (more: Partial<User> = {}): User => ({
	id: 'ada',
	email: 'ada@example.com',
	displayName: 'Ada',
	role: 'MEMBER',
	status: 'ACTIVE',
	online: false,
	lastSeenAt: null,
	emailVerifiedAt: null,
	createdAt: at,
	updatedAt: at,
	version: 7,
	...more
});
export const ADMIN: Viewer = { id: 'grace', email: null, displayName: 'Grace', role: 'ADMIN', version: 1 };

export const event = (number: number, more: Partial<EventRow> = {}): EventRow => ({
	id: `event-${number}`,
	cursor: `cursor-${number}`,
	type: 'USER_UPDATED',
	occurredAt: at,
	actor: null,
	user: null,
	userId: 'ada',
	changes: [],
	requestId: null,
	ipAddress: null,
	...more
});

export const sessions = (...ids: string[]): SessionPage => ({
	edges: ids.map((id) => ({
		node: {
			id,
			userAgent: null,
			ipAddress: null,
			current: false,
			createdAt: at,
			lastSeenAt: at,
			expiresAt: at
		}
	})),
	pageInfo: { hasNextPage: false }
});

export function show<Props extends Record<string, unknown>>(
	component: Component<Props>,
	props: Props,
	viewer: Viewer = ADMIN
) {
	let frame!: { live: Live; toasts: Toasts };
	const ready = (given: typeof frame) => (frame = given);
	const view = render(Frame as unknown as Component<Record<string, unknown>>, {
		props: { component, props, viewer, ready }
	});
	return { ...view, ...frame, rerender: (next: Props) => view.rerender({ props: next }) };
}
