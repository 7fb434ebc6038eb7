import { expect, it } from 'vitest';
import { readUserAgent } from '#lib/utils/session/user-agent.ts';

const mozilla = (rest: string) => `Mozilla/5.0 ${rest}`;

it.each([
	[
		mozilla('(X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0 Safari/537.36'),
		'Chrome',
		'Linux',
		'desktop'
	],
	[
		mozilla('(Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/147.0 Safari/537.36 Edg/147.0'),
		'Edge',
		'Windows',
		'desktop'
	],
	[
		mozilla('(Macintosh; Intel Mac OS X 10.15; rv:147.0) Gecko/20100101 Firefox/147.0'),
		'Firefox',
		'macOS',
		'desktop'
	],
	[
		mozilla(
			'(iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605 Version/26.0 Mobile/15E148 Safari/604.1'
		),
		'Safari',
		'iPhone',
		'phone'
	],
	[
		mozilla('(Linux; Android 16) AppleWebKit/537.36 Chrome/147.0 Mobile Safari/537.36'),
		'Chrome',
		'Android',
		'phone'
	],
	['curl/8.14.1', 'curl', null, 'program'],
	['python-httpx/0.28', 'python-httpx', null, 'program']
])('reads %s', (header, browser, system, kind) => {
	expect(readUserAgent(header)).toEqual({ browser, system, kind });
});

it('knows when it knows nothing', () => {
	for (const header of [null, '', '   ', 'Mozilla/5.0', '¿?']) expect(readUserAgent(header)).toBeNull();
});
