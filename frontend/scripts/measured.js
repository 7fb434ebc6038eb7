/** What the measurements in a browser share: a browser, a session, and the middle of many times. */
import { chromium } from 'playwright-core';
import { ADMIN } from '../tests/e2e/harness/stack.ts';

/** A busy machine takes its time. */
const PATIENCE_MS = 120_000;

/** @param {number[]} values @param {number} part of them that is smaller: 0.5 for the median */
export const quantile = (values, part) =>
	[...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? NaN;

/** @param {number[]} values */
export const median = (values) => quantile(values, 0.5);

export const launch = () =>
	chromium.launch({
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking']
	});

/** @param {string} url @returns {Promise<string>} the cookies of a session */
export async function signIn(url) {
	const response = await fetch(`${url}/sign-in`, {
		method: 'POST',
		redirect: 'manual',
		headers: { origin: url, accept: 'text/html' },
		body: new URLSearchParams(ADMIN)
	});
	return response.headers
		.getSetCookie()
		.map((header) => header.split(';')[0])
		.join('; ');
}

/** A browser's context with a session, or without one. @param {import('playwright-core').Browser} browser @param {string} url @param {string} cookie */
export async function contextOf(browser, url, cookie) {
	const context = await browser.newContext({ baseURL: url, serviceWorkers: 'block' });
	context.setDefaultTimeout(PATIENCE_MS);
	for (const pair of cookie.split('; ').filter(Boolean)) {
		const [name = '', value = ''] = pair.split(/=(.*)/s);
		await context.addCookies([{ name, value, url }]);
	}
	return context;
}
