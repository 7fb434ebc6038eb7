/** Every page, in both themes, wide and narrow, with and without script: answers, clean, accessible, within the window. */
import { describe, expect } from 'vitest';
import { expectAccessible, expectNoSidewaysScroll } from './harness/checks.ts';
import { ADMIN } from './harness/stack.ts';
import { test } from './harness/visitor.ts';

interface Sight {
	name: string;
	path: string;
	status?: number;
	signedOut?: boolean;
}

const SIGHTS: Sight[] = [
	{ name: 'sign-in', path: '/sign-in', signedOut: true },
	{ name: 'sign-in with a reason', path: '/sign-in?reason=account_disabled&next=%2Fpeople', signedOut: true },
	{ name: 'sign-up', path: '/sign-up', signedOut: true },
	{ name: 'directory', path: '/people' },
	{ name: 'directory, filtered', path: '/people?status=DISABLED&sort=name' },
	{ name: 'directory, nothing found', path: '/people?q=nobody+is+called+so' },
	{ name: 'not found, signed in', path: '/people/export/nothing', status: 404 },
	{ name: 'not found', path: '/nothing-here', status: 404 }
];
const KINDS = [1280, 390].flatMap((width) =>
	(['light', 'dark'] as const).flatMap((theme) => [true, false].map((script) => ({ width, theme, script })))
);

describe.each(SIGHTS)('$name', ({ name, path, status = 200, signedOut }) => {
	test.for(KINDS)(
		`${name} at $width px, $theme, script $script`,
		async ({ width, theme, script }, { open }) => {
			const visitor = await open({ width, theme, script, as: signedOut ? undefined : ADMIN });
			if (status >= 400) visitor.expected.push(/status of 404/);
			expect(await visitor.goto(path)).toBe(status);
			expect(await visitor.page.locator('html').getAttribute('data-theme')).toBe(theme);
			expect(await visitor.page.title()).toMatch(/Rollcall/);
			if (width < 600) await expectNoSidewaysScroll(visitor, name);
			// Without script the page is the same but for what script adds: looked at once.
			if (script || (theme === 'light' && width > 600)) await expectAccessible(visitor, name);
		}
	);
});
