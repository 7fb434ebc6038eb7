/** Where the page was led, and how often its data was read again. */
export const visits: string[] = [];

export async function goto(href: string): Promise<void> {
	visits.push(href);
}

export async function refreshAll(): Promise<void> {
	visits.push('refreshAll');
}

export async function invalidate(name: string): Promise<void> {
	visits.push(`invalidate ${name}`);
}

export function afterNavigate(): void {}
