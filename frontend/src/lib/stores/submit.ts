/** Forms that keep the page as it is: what the answer means is told to the caller, and what was shown ahead is undone. */
import { applyAction, type SubmitFunction } from '$app/forms';
import type { Refusal } from '#lib/types/refusal.ts';

export interface Steps<Success> {
	/** There is an answer, of whatever kind. */
	end?: () => void;
	done?: (data: Success) => void;
	/** Refused, or never answered. `data` is what the action added to the refusal. */
	refused: (refusal: Refusal, data: Record<string, unknown>) => void;
	/** The answer led to another page. */
	left?: () => void;
}

const silent = (code: string): Refusal => ({ code: code as Refusal['code'], message: '', fields: {} });

/** `begin` is called just before sending and returns what follows, so that each sending has its own. */
export function submitting<Success extends Record<string, unknown>>(
	begin: (form: FormData) => Steps<Success>
): SubmitFunction {
	return ({ formData }) => {
		const steps = begin(formData);
		return async ({ result }) => {
			steps.end?.();
			if (result.type === 'success') steps.done?.((result.data ?? {}) as Success);
			else if (result.type === 'failure') {
				const data: Record<string, unknown> = result.data ?? {};
				steps.refused((data.refusal as Refusal | undefined) ?? silent('UNKNOWN'), data);
			} else if (result.type === 'redirect') {
				await applyAction(result);
				steps.left?.();
			} else {
				const code = result.error.code ?? '';
				steps.refused(silent(code === 'OFFLINE' ? 'UNAVAILABLE' : code), {});
			}
		};
	};
}
