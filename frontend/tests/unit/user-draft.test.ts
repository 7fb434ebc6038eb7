import { describe, expect, it } from 'vitest';
import type { User } from '#lib/graphql/documents.ts';
import { ProfileDraft } from '#lib/stores/user/draft.svelte.ts';

const ada: User = {
	id: '1',
	email: 'ada@example.com',
	displayName: 'Ada',
	role: 'MEMBER',
	status: 'ACTIVE',
	online: false,
	lastSeenAt: null,
	emailVerifiedAt: null,
	canSignIn: true,
	createdAt: '2026-01-01T00:00:00Z',
	updatedAt: '2026-01-01T00:00:00Z',
	version: 1
};
const next = (change: Partial<User>, version = 2): User => ({ ...ada, ...change, version });

describe('a draft of a profile', () => {
	it('follows others while nothing is typed, and says nothing', () => {
		const draft = new ProfileDraft(ada);
		draft.receive(next({ displayName: 'Ada King' }), 'Grace');
		expect(draft.typed.displayName).toBe('Ada King');
		expect([draft.dirty, draft.remoteChanges, draft.base.version]).toEqual([[], [], 2]);
	});

	it('keeps what is typed, follows in the other field and tells who did it', () => {
		const draft = new ProfileDraft(ada);
		draft.displayName = 'Augusta';
		draft.receive(next({ email: 'new@example.com', role: 'ADMIN' }), 'Grace');
		expect(draft.typed).toEqual({ displayName: 'Augusta', email: 'new@example.com' });
		expect(draft.by).toBe('Grace');
		expect(draft.remoteChanges.map((change) => change.field)).toEqual(['email', 'role']);
		expect(draft.conflicts).toEqual([]);
		expect(draft.dirty).toEqual(['displayName']);
	});

	it('keeps both where both changed the same, until one is chosen', () => {
		const draft = new ProfileDraft(ada);
		Object.assign(draft, { displayName: 'Augusta', email: 'mine@example.com' });
		draft.receive(next({ displayName: 'Countess' }), 'Grace');
		draft.receive(next({ displayName: 'Lady' }, 3), 'Linus');
		expect(draft.conflicts).toEqual(['displayName']);
		expect(draft.remoteChanges).toEqual([{ field: 'displayName', before: 'Ada', after: 'Lady' }]);
		expect(draft.by).toBe('Linus');
		draft.takeTheirs();
		expect(draft.typed).toEqual({ displayName: 'Lady', email: 'mine@example.com' });
		expect(draft.remoteChanges).toEqual([]);
	});

	it('sees no clash where both wrote the same, nor where it was changed back', () => {
		const draft = new ProfileDraft(ada);
		draft.displayName = 'Countess';
		draft.receive(next({ displayName: 'Countess' }), 'Grace');
		expect(draft.conflicts).toEqual([]);
		draft.displayName = 'Augusta';
		expect(draft.conflicts).toEqual(['displayName']);
		draft.receive(next({}, 3), 'Grace');
		expect(draft.remoteChanges).toEqual([]);
	});

	it('ignores what is older, and what its own page did', () => {
		const draft = new ProfileDraft(next({}, 5));
		draft.displayName = 'Augusta';
		draft.receive(next({ displayName: 'Old' }, 4), 'Grace');
		draft.rebase(next({ role: 'ADMIN' }, 6));
		expect([draft.remoteChanges, draft.base.version, draft.typed.displayName]).toEqual([[], 6, 'Augusta']);
	});

	it('does not go back to an older version', () => {
		const draft = new ProfileDraft(next({ displayName: 'Third' }, 3));
		draft.rebase(next({ displayName: 'Second' }, 2));
		expect([draft.typed.displayName, draft.base.version]).toEqual(['Third', 3]);
	});

	it('takes spaces at the ends for no change', () => {
		const draft = new ProfileDraft(ada);
		draft.displayName = ' Ada ';
		expect(draft.dirty).toEqual([]);
	});

	it('takes its own save for nobody else, even when the log is quicker than the answer', () => {
		const draft = new ProfileDraft(ada);
		draft.displayName = ' Augusta ';
		const end = draft.beginSave();
		draft.receive(next({ displayName: 'Augusta' }), 'Me');
		expect(draft.remoteChanges).toEqual([]);
		end(next({ displayName: 'Augusta' }));
		expect([draft.typed.displayName, draft.dirty, draft.remoteChanges]).toEqual(['Augusta', [], []]);
	});

	it('after a refusal tells what came in meanwhile', () => {
		const draft = new ProfileDraft(ada);
		draft.displayName = 'Augusta';
		const end = draft.beginSave();
		draft.receive(next({ displayName: 'Countess' }), 'Grace');
		end();
		expect([draft.by, draft.conflicts]).toEqual(['Grace', ['displayName']]);
	});

	it('begins with a refused form: what was touched stays, what was not follows', () => {
		const typed = { displayName: 'Augusta', email: 'ada@example.com' };
		const before = { displayName: 'Ada', email: 'ada@example.com' };
		const draft = new ProfileDraft(next({ displayName: 'Countess', email: 'new@example.com' }), {
			typed,
			before
		});
		expect(draft.typed).toEqual({ displayName: 'Augusta', email: 'new@example.com' });
		expect([draft.by, draft.conflicts]).toEqual([null, ['displayName']]);
		draft.receive(draft.base, 'Grace');
		expect(draft.by).toBe('Grace');
	});
});
