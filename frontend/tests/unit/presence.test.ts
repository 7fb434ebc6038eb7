import { afterEach, expect, test, vi } from 'vitest';
import { Presence } from '#lib/stores/live/presence.svelte.ts';

afterEach(() => vi.unstubAllGlobals());

const answer = (users: { id: string; online: boolean }[]) =>
	Response.json({ data: { nodes: users.map((user) => ({ __typename: 'User', ...user })) } });

test('after a break is what the API says, except for users who came or went meanwhile', async () => {
	const presence = new Presence();
	presence.apply('ada', true);
	let release = (_: Response) => {};
	vi.stubGlobal('fetch', () => new Promise((resolve) => (release = resolve)));
	const reading = presence.refresh(['ada', 'bo']);
	presence.apply('bo', true);
	release(
		answer([
			{ id: 'ada', online: false },
			{ id: 'bo', online: false }
		])
	);
	expect((await reading).map(({ id }) => id)).toEqual(['ada', 'bo']);
	expect(presence.isOnline({ id: 'ada', online: true })).toBe(false);
	expect(presence.isOnline({ id: 'bo', online: false })).toBe(true);
});

test('that nobody answers for stays as it is known', async () => {
	const presence = new Presence();
	presence.apply('ada', true);
	vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('fetch failed')));
	expect(await presence.refresh(['ada'])).toEqual([]);
	expect(presence.isOnline({ id: 'ada', online: false })).toBe(true);
});
