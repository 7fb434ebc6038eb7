/** A part of a page that most visits never use: loaded once it is needed, unless it came with the page. */
import { useI18n } from '#lib/stores/i18n.svelte.ts';
import { useToasts } from '#lib/stores/toasts.svelte.ts';

interface Lazy<Part> {
	/** What came with the page, where no script can load it. */
	given: () => Part | null;
	needed: () => boolean;
	load: () => Promise<Part>;
}

export function useLazy<Part>({ given, needed, load }: Lazy<Part>): () => Part | null {
	const i18n = useI18n();
	const toasts = useToasts();
	let loaded = $state.raw<Part | null>(null);
	const current = $derived(given() ?? loaded);
	const isMissing = $derived(current === null && needed());
	$effect(() => {
		if (!isMissing) return;
		load().then(
			(part) => (loaded = part),
			() => toasts.error(i18n.m.problem.UNAVAILABLE)
		);
	});
	return () => current;
}
