/** What every page must pass. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Visitor } from './visitor.ts';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** The rules about colours. */
export const COLOURS = ['color-contrast', 'link-in-text-block'];

/** No finding of axe, in the page's present state; by these rules, otherwise by all. */
export async function expectAccessible(visitor: Visitor, what: string, rules?: string[]): Promise<void> {
	const page = visitor.script ? visitor.page : await still(visitor);
	const chosen: axe.RunOnly = rules ? { type: 'rule', values: rules } : { type: 'tag', values: TAGS };
	// By the debugger, which stands outside the page's content security policy.
	await page.evaluate(axe.source);
	const found = await page.evaluate(async (runOnly) => {
		const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document, {
			runOnly,
			resultTypes: ['violations']
		});
		return violations.flatMap(({ id, nodes }) =>
			nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary?.split('\n').at(1)?.trim()}`)
		);
	}, chosen);
	if (page !== visitor.page) await page.context().close();
	expect(found, `axe on ${what}`).toEqual([]);
}

/** The same page, as it stands, where axe may run: it needs timers, which a page without script has not. */
async function still({ page, context }: Visitor): Promise<Page> {
	const html = (await page.content()).replace(/<script[\s\S]*?<\/script>|<\/?noscript>/g, '');
	const viewport = page.viewportSize();
	const copy = await (await context.browser()!.newContext({ viewport })).newPage();
	await copy.route(page.url(), (route) => route.fulfill({ contentType: 'text/html', body: html }));
	await copy.goto(page.url());
	return copy;
}

/** Nothing is wider than the window. */
export async function expectNoSidewaysScroll({ page }: Visitor, what: string): Promise<void> {
	const wide = await page.evaluate(() => {
		const root = document.scrollingElement!;
		if (root.scrollWidth <= root.clientWidth) return [];
		return [...document.querySelectorAll('body *')]
			.filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1)
			.slice(0, 5)
			.map((element) => `${element.tagName} ${element.className}`);
	});
	expect(wide, `wider than the window on ${what}`).toEqual([]);
}
