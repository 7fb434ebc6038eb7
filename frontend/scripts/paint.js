/**
 * How soon something is seen and live over a slow link, and what a page costs the server: on a stack of its own, with the build
 * that is there. The link is 1.6 Mbit/s with 150 ms to and fro (Chromium's own throttling), the browser's cache empty.
 *
 *     node scripts/paint.js [runs]     PYTHON, CHROMIUM and PEOPLE (1,000) as for the browser tests
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Stack } from '../tests/e2e/harness/stack.ts';
import { contextOf, launch, median, signIn } from './measured.js';

const RUNS = Number(process.argv[2] ?? 7);
const LINK = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8 };
const PAINT_GOAL_MS = 1_100;
const LIVE_GOAL_MS = 3_000;
const CPU_GOAL_MS = 8;
/** Pages before those that are measured: until then V8 still compiles in threads of its own. */
const [WARM, BATCHES, BATCH] = [600, 9, 50];
/** What browsers send; the pages are compressed on the way. */
const ENCODINGS = 'gzip, deflate, br, zstd';
/** Makes the console print the processor time that it has used. */
const PROBE = `process.on('SIGUSR2',()=>console.log('cpu='+Object.values(process.cpuUsage()).reduce((a,b)=>a+b)))`;

/** @param {import('playwright-core').Browser} browser @param {string} url @param {string} path @param {string} cookie */
async function paint(browser, url, path, cookie) {
	const context = await contextOf(browser, url, cookie);
	const page = await context.newPage();
	const session = await context.newCDPSession(page);
	await session.send('Network.enable');
	await session.send('Network.emulateNetworkConditions', LINK);
	await page.goto(path);
	await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
	const at = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
	if (cookie) await page.locator('[data-live=live]').waitFor({ state: 'attached' });
	const live = await page.evaluate(() => performance.now());
	await context.close();
	return { paint: at ?? NaN, live };
}

/** Milliseconds of the console's processor time so far. @param {import('../tests/e2e/harness/program.ts').Program} program */
async function used(program) {
	const before = program.output.length;
	program.child.kill('SIGUSR2');
	for (;;) {
		const found = /cpu=(\d+)/.exec(program.output.slice(before));
		if (found) return Number(found[1]) / 1000;
		await sleep(5);
	}
}

/** Milliseconds of processor time for a page, batch by batch. @param {Stack} stack @param {string} path @param {string} cookie */
async function cost({ console: program, place }, path, cookie) {
	const ask = async (/** @type {number} */ times) => {
		for (let index = 0; index < times; index += 1) {
			const response = await fetch(place.url + path, {
				headers: { cookie, accept: 'text/html', 'accept-encoding': ENCODINGS }
			});
			await response.arrayBuffer();
			if (response.status !== 200) throw new Error(`${path} answers ${response.status}`);
		}
	};
	await ask(WARM);
	const batches = [];
	for (let batch = 0; batch < BATCHES; batch += 1) {
		const before = await used(program);
		await ask(BATCH);
		batches.push(((await used(program)) - before) / BATCH);
	}
	return batches;
}

const stack = await Stack.start(Number(process.env.PEOPLE ?? 1000), {
	NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(PROBE)}`
});
const browser = await launch();
let missed = false;
try {
	const { url } = stack.place;
	const cookie = await signIn(url);
	for (const [path, session] of [
		['/sign-in', ''],
		['/people', cookie]
	]) {
		const runs = [];
		await paint(browser, url, path, session);
		for (let run = 0; run < RUNS; run += 1) runs.push(await paint(browser, url, path, session));
		const goals = /** @type {const} */ ([
			['first contentful paint', 'paint', PAINT_GOAL_MS],
			['live', 'live', LIVE_GOAL_MS]
		]);
		for (const [what, key, goal] of session ? goals : goals.slice(0, 1)) {
			const times = runs.map((run) => run[key]);
			const middle = median(times);
			const spread = `${Math.round(Math.min(...times))}–${Math.round(Math.max(...times))}`;
			missed ||= middle > goal;
			console.log(
				`${what} of ${path}: ${Math.round(middle)} ms (median of ${RUNS}, ${spread}; at most ${goal})`
			);
		}
	}
	for (const [path, session] of [
		['/sign-in', ''],
		['/people', cookie]
	]) {
		const batches = await cost(stack, path, session);
		const [middle, least] = [median(batches), Math.min(...batches)];
		missed ||= middle > CPU_GOAL_MS;
		console.log(
			`processor time of ${path}: ${middle.toFixed(1)} ms a page (median of ${BATCHES} times ${BATCH}, at best ${least.toFixed(1)}; under ${CPU_GOAL_MS})`
		);
	}
} finally {
	await browser.close();
	await stack.stop();
}
process.exitCode = missed ? 1 : 0;
