/** A client's name out of its User-Agent header (RFC 9110 section 10.1.5), good enough to recognise one's own. */
export interface Client {
	browser: string;
	system: string | null;
	kind: 'desktop' | 'phone' | 'program';
}

// The order matters: most browsers also claim to be those they descend from.
const BROWSERS: [RegExp, string][] = [
	[/\bEdg(?:e|A|iOS)?\//, 'Edge'],
	[/\bOPR\/|\bOpera\//, 'Opera'],
	[/\bSamsungBrowser\//, 'Samsung Internet'],
	[/\bFirefox\/|\bFxiOS\//, 'Firefox'],
	[/\b(?:Headless)?Chrome\/|\bCriOS\/|\bChromium\//, 'Chrome'],
	[/\bVersion\/[\d.]+.*\bSafari\//, 'Safari']
];
const SYSTEMS: [RegExp, string][] = [
	[/\biPhone\b/, 'iPhone'],
	[/\biPad\b/, 'iPad'],
	[/\bAndroid\b/, 'Android'],
	[/\bWindows\b/, 'Windows'],
	[/\bCrOS\b/, 'ChromeOS'],
	[/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
	[/\bLinux\b/, 'Linux']
];
const PHONES = new Set(['iPhone', 'Android']);

const first = (list: [RegExp, string][], text: string) => list.find(([sign]) => sign.test(text))?.[1] ?? null;

/** Null where the header is missing or says nothing. */
export function readUserAgent(header: string | null): Client | null {
	const text = header?.trim();
	if (!text) return null;
	const [browser, system] = [first(BROWSERS, text), first(SYSTEMS, text)];
	if (browser) return { browser, system, kind: system && PHONES.has(system) ? 'phone' : 'desktop' };
	const product = /^([\w.-]{2,40})(?:\/|\s|$)/.exec(text)?.[1];
	return product && product !== 'Mozilla' ? { browser: product, system, kind: 'program' } : null;
}
