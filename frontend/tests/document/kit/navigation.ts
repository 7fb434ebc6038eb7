/** Double of `$app/navigation`: keeps where the console went, and what it had read again. */
export const visits = { urls: [] as string[], invalidated: [] as string[], refreshed: 0 };

export async function goto(href: string): Promise<void> {
	visits.urls.push(href);
}

export async function invalidate(what: string): Promise<void> {
	visits.invalidated.push(what);
}

export async function refreshAll(): Promise<void> {
	visits.refreshed += 1;
}

export function afterNavigate(): void {}
