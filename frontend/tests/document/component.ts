/** A component as a page behind sign-in shows it, with the answers to its forms given by the test. */
import { render } from '@testing-library/svelte';
import type { Component } from 'svelte';
import { vi } from 'vitest';
import type { Viewer } from '#lib/graphql/documents.ts';
import type { Live } from '#lib/stores/live/live.svelte.ts';
import type { Toasts } from '#lib/stores/toasts.svelte.ts';
import { ADMIN } from '../fakes/rows.ts';
import Frame from './Frame.svelte';
import { submissionsDone } from './kit/forms.ts';

interface Sent {
	action: string;
	data: Record<string, string>;
	/** Answers as the server would, and waits until the form has taken that in. */
	answer: (result: object) => Promise<void>;
}

/** The forms that were sent. */
export const answers = {
	sent: [] as Sent[],
	get last(): Sent {
		return this.sent.at(-1)!;
	},
	/** The queries that were asked besides; each is answered with nothing. */
	asked: [] as string[],
	fetch(to: string | URL, { body }: RequestInit): Promise<Response> {
		if (to === '/graphql') {
			this.asked.push((JSON.parse(body as string) as { query: string }).query);
			return Promise.resolve(Response.json({ data: { user: null } }));
		}
		return new Promise((resolve) => {
			const answer = (result: object) => {
				resolve(Response.json(result));
				return submissionsDone();
			};
			const data = Object.fromEntries(body as URLSearchParams);
			this.sent.push({ action: new URL(to, location.href).search, data, answer });
		});
	}
};

export function show<Props extends Record<string, unknown>>(
	component: Component<Props>,
	props: Props,
	viewer: Viewer = ADMIN
) {
	vi.stubGlobal('fetch', answers.fetch.bind(answers));
	let stores!: { live: Live; toasts: Toasts };
	const ready = (given: typeof stores) => (stores = given);
	const frame = { component: component as unknown as Component<Record<string, unknown>>, given: props };
	const view = render(Frame, { props: { ...frame, viewer, connect: false, ready } });
	return { ...view, ...stores, rerender: (next: Props) => view.rerender({ given: next }) };
}
