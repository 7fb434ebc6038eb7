/** A table says to those who hear it what its columns are, in which order, and which row is which. */
import { render, screen } from '@testing-library/svelte';
import { createRawSnippet } from 'svelte';
import { expect, test } from 'vitest';
import DataTable from '#lib/components/ui/DataTable.svelte';
import SortHead from '#lib/components/ui/SortHead.svelte';
import type { Column } from '#lib/types/table.ts';

const columns: Column[] = [
	{ label: 'Name', sort: { href: '/list?dir=desc', order: 'ascending' } },
	{ label: 'Size', class: 'w-32' }
];
const row = createRawSnippet((name: () => unknown, index: () => number) => ({
	render: () => `<tr role="row"><th role="rowheader">${name()}</th><td role="cell">${index()}</td></tr>`
}));

test('names its columns and their order, and numbers its rows', () => {
	render(DataTable, { caption: 'Teams', columns, rows: ['Red', 'Blue'], key: String, row });
	expect(screen.getByRole('table', { name: 'Teams' })).not.toBeNull();
	const heads = screen.getAllByRole('columnheader');
	expect(heads.map((head) => [head.textContent!.trim(), head.getAttribute('aria-sort')])).toEqual([
		['Name', 'ascending'],
		['Size', null]
	]);
	expect(heads[1]!.className).toContain('w-32');
	expect(screen.getAllByRole('row').map((one) => one.textContent!.trim())).toEqual([
		expect.stringContaining('Name'),
		'Red0',
		'Blue1'
	]);
});

test('has room over its checkboxes only where there are some', () => {
	const pick = createRawSnippet(() => ({ render: () => '<input type="checkbox">' }));
	const { container, rerender } = render(DataTable, { columns, rows: [], key: String, row });
	expect(container.querySelector('thead td')).toBeNull();
	void rerender({ columns, rows: [], key: String, row, pick });
	return expect.poll(() => container.querySelector('thead td input')).not.toBeNull();
});

test.each([
	[columns[0]!, '/list?dir=desc'],
	[columns[1]!, null]
])('the head of %s leads to %s', (column, href) => {
	render(SortHead, { column });
	expect(screen.queryByRole('link')?.getAttribute('href') ?? null).toBe(href);
	expect(document.body.textContent).toContain(column.label);
});
