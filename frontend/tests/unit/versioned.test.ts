/** A row under changes that are not confirmed: whatever is in flight, a refused change takes back itself and only itself. */
import { describe, expect, test } from 'vitest';
import { Row } from '#lib/stores/row.svelte.ts';
import { Versioned } from '#lib/stores/versioned.svelte.ts';

interface Team {
	id: string;
	name: string;
	status: 'ACTIVE' | 'DISABLED';
	version: number;
}
const team = (more: Partial<Team> = {}): Team => ({
	id: 'a',
	name: 'Ada',
	status: 'ACTIVE',
	version: 1,
	...more
});

describe('changes in flight', () => {
	test('a refused one goes, the other stays, in either order', () => {
		for (const first of [0, 1]) {
			const row = new Versioned(team());
			const ends = [row.showPending({ name: 'New' }), row.showPending({ status: 'DISABLED' })];
			expect(row.current).toMatchObject({ name: 'New', status: 'DISABLED' });
			ends[first]!();
			expect(row.current).toMatchObject(first === 0 ? { name: 'Ada' } : { status: 'ACTIVE' });
			expect(row.current).toMatchObject(first === 0 ? { status: 'DISABLED' } : { name: 'New' });
			ends[1 - first]!();
			expect(row.current).toEqual(team());
		}
	});

	test('the same change twice is two changes', () => {
		const row = new Versioned(team());
		const change = { name: 'New' };
		const [one, two] = [row.showPending(change), row.showPending(change)];
		one();
		expect(row.current.name).toBe('New');
		one();
		expect(row.current.name).toBe('New');
		two();
		expect(row.current.name).toBe('Ada');
	});

	test('lie over what is stored meanwhile, and leave it as it came', () => {
		const row = new Versioned(team());
		const end = row.showPending({ status: 'DISABLED' });
		row.update(team({ version: 2, name: 'New' }));
		expect(row.current).toMatchObject({ name: 'New', status: 'DISABLED', version: 2 });
		end();
		expect(row.current).toEqual(team({ version: 2, name: 'New' }));
	});

	test('confirmed, they are what is stored', () => {
		const row = new Versioned(team());
		const end = row.showPending({ status: 'DISABLED' });
		row.update(team({ version: 2, status: 'DISABLED' }), false);
		end();
		expect([row.current.status, row.changes]).toEqual(['DISABLED', 0]);
	});
});

describe('versions', () => {
	test('an older one changes nothing; the same replaces and is no change', () => {
		const row = new Versioned(team({ version: 3 }));
		expect(row.update(team({ version: 2, name: 'Old' }))).toBe(false);
		expect(row.current.name).toBe('Ada');
		expect(row.update(team({ version: 3, name: 'Same' }))).toBe(false);
		expect([row.current.name, row.changes]).toEqual(['Same', 0]);
		expect(row.update(team({ version: 4 }))).toBe(true);
		expect(row.changes).toBe(1);
	});

	test('rows without versions are replaced', () => {
		const row = new Versioned<{ name: string; version?: number }>({ name: 'Ada' });
		row.update({ name: 'New' });
		expect(row.current.name).toBe('New');
	});
});

describe('a row that is about to leave', () => {
	test('comes back when that is refused, and stays away when it has left meanwhile', () => {
		const row = new Row(team());
		const end = row.showLeaving();
		expect([row.left, row.hasLeft]).toEqual([true, false]);
		end();
		end();
		expect(row.left).toBe(false);
		const again = row.showLeaving();
		expect(row.left).toBe(true);
		row.hasLeft = true;
		again();
		expect(row.left).toBe(true);
	});

	test('twice, waits for both answers', () => {
		const row = new Row(team());
		const [one, two] = [row.showLeaving(), row.showLeaving()];
		one();
		expect(row.left).toBe(true);
		two();
		expect(row.left).toBe(false);
	});
});
