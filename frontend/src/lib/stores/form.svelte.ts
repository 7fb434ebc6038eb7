/**
 * A form, from its sending to what is shown of the answer. The page stays as it is: the answer is taken in here, what was
 * shown ahead of it is reverted, and the same sentence is shown with script (as a toast) and without (on the page).
 */
import { tick } from 'svelte';
import { applyAction, type SubmitFunction } from '$app/forms';
import type { DoneOf, FormDone, FormRefused, KeptOf } from '#lib/types/form.ts';
import type { EntryMessages } from '#lib/messages/types.ts';
import type { Refusal } from '#lib/types/problem.ts';
import { fieldError, formError } from '#lib/utils/problems.ts';
import { useEntryI18n, type I18n } from './entry-i18n.svelte.ts';
import { useUnsaved, type Unsaved } from './unsaved.svelte.ts';

/** The toasts of the page, where it has some. */
interface Toasts {
	ok(text: string): void;
}

export interface FormOptions<Name extends string, Done, Kept> {
	/** The answer the page came with, where it came as one. */
	answer?: () => FormDone<string, unknown> | FormRefused<string> | null;
	/** The fields beside which the form shows their errors. */
	fields?: readonly string[];
	toasts?: Toasts;
	/** Whether something must be confirmed before the form is sent; then it is not sent, and asks for that itself. */
	asks?: (form: FormData) => boolean;
	/** Just before sending: shows the change ahead. What it returns is called once there is an answer of any kind. */
	begin?: (form: FormData) => void | (() => void);
	/** The sentence for a success, and how it is said if not by a plain toast. */
	success?: (done: Done) => string;
	notify?: (text: string, done: Done) => void;
	/** The sentence where the answer leads to another page; read before this page is left. */
	leaving?: (form: FormData) => string;
	/** Takes in what the API made of it. */
	done?: (done: Done, form: HTMLFormElement) => void;
	/** Takes in why it was refused; `kept` is null where nobody answered. */
	refused?: (refusal: Refusal, kept: Kept | null) => void;
	/** Whether something is typed that was not sent; without it, the fields are compared with what they held before. */
	edited?: () => boolean;
	name: Name;
}

const unanswered = (code: string): Refusal => ({ code, message: '', fields: {} });

export class Form<Name extends string, Done, Kept> {
	busy = $state(false);
	readonly #options: FormOptions<Name, Done, Kept>;
	readonly #i18n: I18n<EntryMessages>;
	readonly #unsaved: Unsaved | undefined;
	readonly #given = $derived.by(() => {
		const answer = this.#options.answer?.() ?? null;
		return answer?.form === this.#options.name ? answer : null;
	});
	/** Why the last sending was refused. */
	refusal: Refusal | null = $derived(this.#given?.refusal ?? null);
	/** The sentence for the last success. */
	notice: string | null = $derived.by(() => {
		const given = this.#given;
		return given && !given.refusal ? (this.#options.success?.(given.done as Done) ?? null) : null;
	});

	constructor(options: FormOptions<Name, Done, Kept>, i18n: I18n<EntryMessages>, unsaved?: Unsaved) {
		this.#options = options;
		this.#i18n = i18n;
		this.#unsaved = unsaved;
	}

	get name(): Name {
		return this.#options.name;
	}

	/** What is wrong with a field, or undefined. */
	fieldError(field: string): string | undefined {
		return fieldError(this.#i18n.m, this.refusal, field);
	}

	/** What is wrong besides the fields that say so themselves, or null. */
	get error(): string | null {
		return formError(this.#i18n.m, this.refusal, this.#options.fields);
	}

	/** Leaving the page asks while the form holds something; an attachment. */
	readonly watch = (element: HTMLFormElement) => {
		const { edited } = this.#options;
		return this.#unsaved?.watch(edited ? () => (edited() ? 'edits' : null) : element);
	};

	/** For `use:enhance`. */
	readonly submit: SubmitFunction = ({ formData, formElement, cancel }) => {
		if (this.#options.asks?.(formData)) return cancel();
		[this.busy, this.refusal, this.notice] = [true, null, null];
		const end = this.#options.begin?.(formData);
		const leaving = this.#options.leaving?.(formData);
		return async ({ result }) => {
			this.busy = false;
			end?.();
			if (result.type === 'redirect') {
				// The page is done with, whatever else was typed on it.
				if (this.#unsaved) this.#unsaved.released = true;
				await applyAction(result);
				if (leaving) this.#options.toasts?.ok(leaving);
			} else if (result.type === 'success') {
				this.#succeed((result.data as unknown as FormDone<Name, Done>).done, formElement);
			} else if (result.type === 'failure') {
				const { refusal, kept } = (result.data ?? {}) as Partial<FormRefused<Name, Kept>>;
				await this.#refuse(refusal ?? unanswered('UNKNOWN'), kept ?? null, formElement);
			} else {
				const { code } = result.error as App.Error;
				await this.#refuse(
					unanswered(code === 'OFFLINE' ? 'UNAVAILABLE' : (code ?? 'UNKNOWN')),
					null,
					formElement
				);
			}
		};
	};

	#succeed(done: Done, form: HTMLFormElement): void {
		this.#unsaved?.sent?.(form);
		const said = this.#options.success?.(done);
		if (said && this.#options.notify) this.#options.notify(said, done);
		else if (said && this.#options.toasts) this.#options.toasts.ok(said);
		else if (said) this.notice = said;
		this.#options.done?.(done, form);
	}

	/** The first field that is wrong gets the focus: what is to be done next is there. */
	async #refuse(refusal: Refusal, kept: Kept | null, form: HTMLFormElement): Promise<void> {
		this.refusal = refusal;
		this.#options.refused?.(refusal, kept);
		await tick();
		form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
	}
}

/** A form of a page whose forms give what `All` says; called while its component is made. */
export function useForm<All, Name extends keyof All & string>(
	options: FormOptions<Name, DoneOf<All, Name>, KeptOf<All, Name>>
): Form<Name, DoneOf<All, Name>, KeptOf<All, Name>> {
	return new Form(options, useEntryI18n(), useUnsaved());
}
