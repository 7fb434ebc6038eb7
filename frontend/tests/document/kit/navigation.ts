/** Double of `$app/navigation`: keeps where the console went, and what it had read again. */
import { onDestroy } from 'svelte';

export const visits = {
	urls: [] as string[],
	replaced: [] as boolean[],
	invalidated: [] as string[],
	refreshed: 0
};

export async function goto(href: string, options: { replace?: boolean } = {}): Promise<void> {
	visits.urls.push(href);
	visits.replaced.push(options.replace ?? false);
}

export async function invalidate(what: string): Promise<void> {
	visits.invalidated.push(what);
}

export async function refreshAll(): Promise<void> {
	visits.refreshed += 1;
}

type Listener = (navigation: { type: string; from: { url: URL } | null }) => void;
const listeners = new Set<Listener>();

export function afterNavigate(listener: Listener): void {
	listeners.add(listener);
	onDestroy(() => listeners.delete(listener));
}

/** What SvelteKit says after it went somewhere. */
export function navigated(type: string, from: string | null = null): void {
	for (const listener of listeners)
		listener({ type, from: from ? { url: new URL(from, location.href) } : null });
}

type Leaving = (navigation: { to: { url: URL } | null; cancel: () => void }) => void;
const leaving = new Set<Leaving>();

export function beforeNavigate(listener: Leaving): void {
	leaving.add(listener);
	onDestroy(() => leaving.delete(listener));
}

/** What SvelteKit says before it goes somewhere; true where a listener keeps the visitor here. */
export function navigating(to: string): boolean {
	let kept = false;
	for (const listener of leaving)
		listener({ to: { url: new URL(to, location.href) }, cancel: () => (kept = true) });
	return kept;
}
