/** Forms as SvelteKit sends them, with a server that the test answers for. */
import type { ActionResult, SubmitFunction } from '$app/forms';
import { visits } from './navigation.ts';

export interface Sent {
	action: string;
	data: Record<string, string>;
	answer: (result: object) => Promise<void>;
}

/** The forms that were sent and wait for an answer. */
export const answers = {
	sent: [] as Sent[],
	reset(): void {
		this.sent = [];
	},
	get last(): Sent {
		return this.sent.at(-1)!;
	}
};

export function enhance(form: HTMLFormElement, submit: SubmitFunction): { destroy(): void } {
	const onsubmit = async (event: SubmitEvent) => {
		event.preventDefault();
		const formData = new FormData(form, event.submitter);
		const action = new URL(form.action || location.href, location.href);
		const given = { formData, formElement: form, action } as Parameters<SubmitFunction>[0];
		const done = (await submit(given)) as ((opts: never) => Promise<void>) | undefined;
		const data = Object.fromEntries(formData) as Record<string, string>;
		const answer = async (result: object) => {
			await done?.(Object.assign({}, given, { result, update: async () => {} }) as never);
		};
		answers.sent.push({ action: action.search, data, answer });
	};
	form.addEventListener('submit', onsubmit);
	return { destroy: () => form.removeEventListener('submit', onsubmit) };
}

export async function applyAction(result: ActionResult): Promise<void> {
	if (result.type === 'redirect') visits.push(result.location);
}
