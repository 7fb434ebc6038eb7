/** What the browser remembers of a visitor's choices, in cookies that the server reads before it paints. */
import type { Theme } from '#lib/types/preferences.ts';

const YEAR_SECONDS = 31_536_000;

function remember(name: string, value: string): void {
	const secure = location.protocol === 'https:' ? '; Secure' : '';
	document.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;
}

export function rememberTimeZone(known: string): void {
	const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
	if (zone && zone !== known) remember('tz', zone);
}

export function chooseTheme(theme: Theme): void {
	remember('theme', theme);
	document.documentElement.dataset.theme = theme;
}
