/** What a first visit costs: over a slow link each request of a script is a wait. */
import { beforeAll, expect } from 'vitest';
import { Api, type Someone } from './harness/api.ts';
import { ADMIN } from './harness/stack.ts';
import { test } from './harness/visitor.ts';

const SCRIPTS_MAX = 20;

let someone: Someone;
beforeAll(async () => (someone = await (await Api.signIn()).newUser()));

test.for(['/sign-in', '/people', '/people/:id', '/people/new', '/activity', '/overview', '/account'])(
	'few requests for scripts until %s is live',
	async (path, { open }) => {
		const visitor = await open({ as: path === '/sign-in' ? undefined : ADMIN });
		const scripts = new Set<string>();
		visitor.page.on('request', (request) => {
			const { pathname } = new URL(request.url());
			if (pathname.startsWith('/_app/') && pathname.endsWith('.js')) scripts.add(pathname);
		});
		await visitor.goto(path.replace(':id', someone.id));
		if (path !== '/sign-in') await visitor.live();
		expect(scripts.size).toBeGreaterThan(5);
		expect([...scripts].length, [...scripts].join('\n')).toBeLessThanOrEqual(SCRIPTS_MAX);
	}
);
