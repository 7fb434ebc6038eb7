/** Forms that keep the page as it is: what the answer means is told to the caller, and what was shown ahead is undone. */
import { applyAction, type SubmitFunction } from '$app/forms';
import type { Refusal } from '#lib/server/forms.ts';

interface Steps<Success> {
	/** Just before sending; returns what is called once there is an answer of any kind. */
	start?: (data: FormData) => (() => void) | void;
	done?: (data: Success) => void;
	/** The answer leads to another page. */
	left?: () => void;
	/** Refused, or never answered. `data` is what the action added to the refusal. */
	refused: (refusal: Refusal, data: Record<string, unknown>) => void;
}

const silent = (code: string): Refusal => ({ code: code as Refusal['code'], message: '', fields: {} });

export function submitting<Success extends Record<string, unknown>>(steps: Steps<Success>): SubmitFunction {
	return ({ formData }) => {
		const end = steps.start?.(formData);
		return async ({ result }) => {
			end?.();
			if (result.type === 'success') steps.done?.((result.data ?? {}) as Success);
			else if (result.type === 'failure') {
				const data: Record<string, unknown> = result.data ?? {};
				steps.refused((data.refusal as Refusal | undefined) ?? silent('UNKNOWN'), data);
			} else if (result.type === 'redirect') {
				await applyAction(result);
				steps.left?.();
			} else
				steps.refused(
					silent(result.error.code === 'OFFLINE' ? 'UNAVAILABLE' : (result.error.code ?? '')),
					{}
				);
		};
	};
}
