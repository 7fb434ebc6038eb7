/**
 * A visitor: a browser context with one page, that notes every error its console shows. `test` hands out as many as a
 * test asks for, closes them, keeps a picture of each when the test fails, and fails it when a console was not clean.
 */
import { mkdir } from 'node:fs/promises';
import { env } from 'node:process';
import {
	chromium,
	type Browser,
	type BrowserContext,
	type BrowserContextOptions,
	type Page
} from 'playwright-core';
import { afterAll, expect, inject, test as base } from 'vitest';
import type { Account } from './api.ts';
import type { Place } from './stack.ts';

const RESULTS = new URL('../../../test-results/', import.meta.url).pathname;
const SWITCHES = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync'
];

/** How long a page is waited for, in milliseconds: more than a busy machine takes. */
const PATIENCE_MS = 40_000;

let browser: Promise<Browser> | undefined;

export function launch(): Promise<Browser> {
	return (browser ??= chromium.launch({
		executablePath: env.CHROMIUM ?? '/usr/bin/chromium',
		headless: true,
		args: SWITCHES
	}));
}

afterAll(async () => {
	await (await browser)?.close();
	browser = undefined;
});

export interface VisitorOptions {
	place?: Place;
	as?: Account;
	script?: boolean;
	theme?: 'light' | 'dark';
	width?: number;
	locale?: string;
	reducedMotion?: boolean;
	/** Without it, every request of the page is seen as the page's own. */
	serviceWorker?: boolean;
	/** Pixels of the picture for one of the page. */
	scale?: number;
}

export class Visitor {
	/** What the console complained of: errors, uncaught exceptions, violations of the policy. */
	errors: string[] = [];
	/** Faults that the test brings about itself. */
	expected: RegExp[] = [];

	private constructor(
		readonly context: BrowserContext,
		readonly page: Page,
		readonly url: string,
		readonly script: boolean
	) {
		page.on('console', (message) => {
			if (message.type() === 'error') this.errors.push(`${message.text()} (${message.location().url})`);
		});
		page.on('pageerror', (error) => this.errors.push(String(error)));
	}

	static async open(options: VisitorOptions = {}): Promise<Visitor> {
		const { url } = options.place ?? inject('place');
		const script = options.script ?? true;
		const width = options.width ?? 1280;
		const settings: BrowserContextOptions = {
			baseURL: url,
			javaScriptEnabled: script,
			viewport: { width, height: width < 600 ? 844 : 800 },
			deviceScaleFactor: options.scale ?? 1,
			serviceWorkers: options.serviceWorker === false ? 'block' : 'allow',
			locale: options.locale ?? 'en-GB',
			timezoneId: 'Europe/Berlin',
			reducedMotion: options.reducedMotion ? 'reduce' : 'no-preference'
		};
		const context = await (await launch()).newContext(settings);
		context.setDefaultTimeout(PATIENCE_MS);
		if (options.theme) await context.addCookies([{ name: 'theme', value: options.theme, url }]);
		const visitor = new Visitor(context, await context.newPage(), url, script);
		if (options.as) await visitor.signIn(options.as);
		return visitor;
	}

	/** Signs in by the form's own request, without the page. */
	async signIn({ email, password }: Account): Promise<void> {
		const response = await this.context.request.post('/sign-in', {
			form: { email, password },
			headers: { origin: this.url, accept: 'text/html' },
			maxRedirects: 0
		});
		expect(response.status(), `signing in as ${email}`).toBe(303);
	}

	/** Goes to an address and waits until its script has taken over; returns the status. */
	async goto(path: string): Promise<number> {
		const response = await this.page.goto(path);
		await this.ready();
		return response?.status() ?? 0;
	}

	async ready(): Promise<void> {
		if (this.script) await this.page.locator('html[data-ready]').waitFor({ state: 'attached' });
	}

	/** Waits until the page's socket is open and current. */
	async live(): Promise<void> {
		await this.page.locator('[data-live="live"]').waitFor({ state: 'attached' });
	}

	get path(): string {
		const { pathname, search } = new URL(this.page.url());
		return pathname + search;
	}

	unexpected(): string[] {
		return this.errors.filter((error) => !this.expected.some((pattern) => pattern.test(error)));
	}
}

export type Open = (options?: VisitorOptions) => Promise<Visitor>;

interface Fixtures {
	open: Open;
}

export const test = base.extend<Fixtures>({
	open: async ({ task }, use) => {
		const visitors: Visitor[] = [];
		await use(async (options) => {
			const visitor = await Visitor.open(options);
			visitors.push(visitor);
			return visitor;
		});
		const errors = visitors.flatMap((visitor) => visitor.unexpected());
		const failed = task.result?.state === 'fail' || errors.length > 0;
		for (const [index, visitor] of visitors.entries()) {
			if (failed) await picture(visitor, `${task.name}-${index + 1}`);
			await visitor.context.close();
		}
		expect(errors, 'errors in the console').toEqual([]);
	}
});

/** Keeps how the page looked, under test-results. */
async function picture(visitor: Visitor, name: string): Promise<void> {
	await mkdir(RESULTS, { recursive: true });
	const path = `${RESULTS}${name.replace(/[^\w-]+/g, '_').slice(0, 100)}.png`;
	console.log(`At ${visitor.page.url()}; see ${path}`);
	await visitor.page.screenshot({ path, fullPage: true }).catch(() => {});
}
