/** Double of `$app/navigation`: keeps where the console went, and what it had read again. */
import { onDestroy } from 'svelte';
import { page } from './state.svelte.ts';

export const visits = {
	urls: [] as string[],
	replaced: [] as boolean[],
	invalidated: [] as string[],
	refreshed: 0
};

interface Options {
	replace?: boolean;
	shallow?: boolean;
	state?: App.PageState;
}

/** A shallow step reads nothing: it changes the address, and the state of the page. */
export async function goto(
	to: string | URL,
	{ replace = false, shallow, state = {} }: Options = {}
): Promise<void> {
	const href = typeof to === 'string' ? to : to.pathname + to.search;
	if (shallow) {
		history[replace ? 'replaceState' : 'pushState'](state, '', href);
		page.state = state;
		return;
	}
	visits.urls.push(href);
	visits.replaced.push(replace);
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

interface Navigation {
	type: string;
	from: { url: URL };
	to: { url: URL } | null;
	willUnload: boolean;
	/** Steps through the history. */
	delta?: number;
	cancel: () => void;
}
type Leaving = (navigation: Navigation) => void;
const leaving = new Set<Leaving>();

export function beforeNavigate(listener: Leaving): void {
	leaving.add(listener);
	onDestroy(() => leaving.delete(listener));
}

/** What SvelteKit says before it goes somewhere, or the page is unloaded; true where a listener keeps the visitor here. */
export function navigating(to: string | null, type = 'link', more: Partial<Navigation> = {}): boolean {
	let kept = false;
	const target = to ? { url: new URL(to, location.href) } : null;
	const navigation = {
		type,
		from: { url: new URL(location.href) },
		to: target,
		willUnload: type === 'leave',
		...more
	};
	for (const listener of leaving) listener({ ...navigation, cancel: () => (kept = true) });
	return kept;
}
