/** Double of `$app/forms`: sends a form by script as SvelteKit does, with the console's own answer to what is thrown. */
import type { ActionResult, SubmitFunction } from '$app/forms';
import { handleError } from '../../../src/hooks.client.ts';
import { visits } from './navigation.ts';

const submissions = new Set<Promise<void>>();

/** Forgets what a test left without an answer. */
export const forgetSubmissions = () => submissions.clear();

/** Resolves when every form that was sent has taken in its answer. */
export async function submissionsDone(): Promise<void> {
	await Promise.all(submissions);
}

export async function applyAction(result: ActionResult): Promise<void> {
	if (result.type === 'redirect') visits.urls.push(result.location);
}

export function enhance(formElement: HTMLFormElement, submit: SubmitFunction) {
	const send = async (event: SubmitEvent) => {
		event.preventDefault();
		const { submitter } = event;
		const formData = new FormData(formElement, submitter);
		const action = new URL(submitter?.getAttribute('formaction') ?? formElement.action, location.href);
		const shared = { action, formData, formElement };
		const controller = new AbortController();
		let cancelled = false;
		const answer = submit({ ...shared, controller, submitter, cancel: () => (cancelled = true) });
		if (cancelled) return;
		const result = await resultOf(action, formData);
		await (
			await answer
		)?.({ ...shared, update: async () => {}, result });
	};
	const listener = (event: SubmitEvent) => {
		const submission = send(event).finally(() => submissions.delete(submission));
		submissions.add(submission);
	};
	formElement.addEventListener('submit', listener);
	return { destroy: () => formElement.removeEventListener('submit', listener) };
}

async function resultOf(action: URL, formData: FormData): Promise<ActionResult> {
	try {
		const body = new URLSearchParams([...formData] as [string, string][]);
		const response = await fetch(action, { method: 'POST', body });
		return (await response.json()) as ActionResult;
	} catch (error) {
		const shown = await handleError({ kind: 'unknown', error } as Parameters<typeof handleError>[0]);
		return { type: 'error', error: { status: 500, message: 'Internal Error', ...shown } };
	}
}
