/** What stands in the menus of a row, and the addresses of the list with a user beside it. */
import { describe, expect, test } from 'vitest';
import type { Role, UserStatus } from '#lib/graphql/documents.ts';
import { enRow } from '#lib/messages/en-row.ts';
import { en } from '#lib/messages/en.ts';
import { changedText } from '#lib/utils/user/change-words.ts';
import { peekOf, peekPrefix } from '#lib/utils/user/peek-address.ts';
import { rowActions } from '#lib/utils/user/row-actions.ts';
import { rowMenu } from '#lib/utils/user/row-menu.ts';
import { user } from '../fakes/rows.ts';

const viewer = (role: Role, id = 'viewer') => ({ id, role });

describe('what may be done with a user', () => {
	test.each<[Role, UserStatus, string[], boolean, boolean]>([
		['ADMIN', 'ACTIVE', ['disable', 'delete'], true, true],
		['ADMIN', 'DISABLED', ['enable', 'delete'], true, false],
		['ADMIN', 'DELETED', ['restore'], false, false],
		['AUDITOR', 'ACTIVE', [], false, false],
		['MEMBER', 'ACTIVE', [], false, false]
	])('by %s, who is %s', (role, status, actions, password, signOut) => {
		const changes = role === 'ADMIN';
		expect(rowActions(user({ status }), viewer(role))).toEqual({
			role: changes,
			status: actions,
			password,
			signOut
		});
	});

	test('an admin sets no password of their own here', () => {
		expect(rowActions(user({ id: 'me' }), viewer('ADMIN', 'me')).password).toBe(false);
	});
});

describe('the menu', () => {
	const used: unknown[] = [];
	const asked = (more: object = {}) => ({
		user: user({ id: 'ada' }),
		viewer: viewer('ADMIN'),
		common: en,
		m: enRow,
		origin: 'https://directory.example' as string | null,
		peek: () => used.push('peek'),
		copy: (text: string) => used.push(text),
		use: (part: unknown) => used.push(part),
		...more
	});
	const names = (menu: 'all' | 'role' | 'status', more: object = {}) =>
		rowMenu(menu, asked(more)).map(({ items }) => items.map(({ name }) => name));

	test('of an admin has everything, of others what they may read', () => {
		const reading = [enRow.open, enRow.peek, enRow.copyLink, enRow.copyEmail, enRow.copyId];
		expect(names('all')).toEqual([
			reading,
			[en.role.MEMBER, en.role.AUDITOR, en.role.ADMIN],
			[enRow.setPassword, enRow.signOut],
			[en.bulk.disable, en.bulk.delete]
		]);
		const hidden = user({ id: 'ada', email: null });
		expect(names('all', { viewer: viewer('MEMBER'), user: hidden })).toEqual([
			reading.filter((name) => name !== enRow.copyEmail)
		]);
	});

	test('copies nothing where the browser cannot, and offers no peek at the user that is shown', () => {
		expect(names('all', { origin: null, peek: null, viewer: viewer('AUDITOR') })).toEqual([[enRow.open]]);
	});

	test('of the role and of the status says which one holds; choosing that changes nothing', () => {
		const checked = (menu: 'role' | 'status') =>
			rowMenu(menu, asked())[0]!.items.map(({ name, checked }) => [name, checked]);
		expect(checked('role')).toEqual([
			['Member', true],
			['Auditor', false],
			['Admin', false]
		]);
		expect(checked('status')).toEqual([
			['Active', true],
			['Disabled', false],
			['Deleted', false]
		]);
		used.length = 0;
		for (const { items } of [...rowMenu('role', asked()), ...rowMenu('status', asked())])
			for (const { act } of items) act?.();
		expect(used).toEqual([
			{ action: 'role', role: 'AUDITOR' },
			{ action: 'role', role: 'ADMIN' },
			{ action: 'disable' },
			{ action: 'delete' }
		]);
	});

	test('copies the whole address of the page', () => {
		used.length = 0;
		for (const { name, act } of rowMenu('all', asked())[0]!.items) if (name.startsWith('Copy')) act?.();
		expect(used).toEqual(['https://directory.example/people/ada', 'ada@example.com', 'ada']);
	});
});

describe('the address', () => {
	const ID = '00000000-0000-4000-8000-000000000001';

	test('of the list with a user keeps what the list asks for', () => {
		expect(peekPrefix('/people') + ID).toBe(`/people?peek=${ID}`);
		expect(peekPrefix('/people?q=a&after=x') + ID).toBe(`/people?q=a&after=x&peek=${ID}`);
	});

	test('names a user by an id, otherwise none', () => {
		expect(peekOf(new URLSearchParams({ peek: ID }))).toBe(ID);
		expect(peekOf(new URLSearchParams({ peek: 'ada' }))).toBeNull();
		expect(peekOf(new URLSearchParams())).toBeNull();
	});
});

test('what became of a single user is said by name', () => {
	expect(changedText(en, user(), { action: 'role', role: 'AUDITOR' })).toBe('Ada: Auditor');
	expect(changedText(en, user(), { action: 'delete' })).toBe('Ada: Deleted');
});
