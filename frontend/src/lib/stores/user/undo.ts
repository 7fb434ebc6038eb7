/** What the visitor has just changed, and may take back while its toast stands. */
import type { User } from '#lib/graphql/documents.ts';
import { useI18n } from '#lib/stores/i18n.svelte.ts';
import { useToasts } from '#lib/stores/toasts.svelte.ts';
import type { Changed, Owner } from '#lib/types/actions.ts';

/** Says what was done; what was changed, and nothing else, can be taken back from there. */
export type OfferUndo = (text: string, changes: readonly Changed[], owner: Owner) => void;

/** What a form or an action changed: nothing if the API had nothing to do. */
export function changedFrom(before: User | null, after: User): Changed[] {
	return before && after.version > before.version ? [{ before, after }] : [];
}

export function useUndo(): OfferUndo {
	const toasts = useToasts();
	const i18n = useI18n();
	return (text, changes, owner) => {
		const undo = async () => {
			try {
				const { takeAllBack } = await import('./undo-run.ts');
				await takeAllBack(toasts, i18n, changes, owner);
			} catch {
				// The script that does it could not be loaded.
				toasts.error(i18n.m.problem.UNAVAILABLE);
			}
		};
		toasts.ok(text, changes.length ? undo : undefined);
	};
}
