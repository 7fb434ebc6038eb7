/** Which fields hold something that was typed. What a browser fills in by itself does not count: it had no focus. */

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

export class FieldEdits {
	/** The fields that had the focus, with their values from before. */
	readonly #before = new Map<Field, string>();

	/** Whether a field of the form differs from before it was edited. */
	in(form: HTMLFormElement): boolean {
		return [...this.#before].some(([field, before]) => field.form === form && valueOf(field) !== before);
	}

	/** A field that is about to be edited. */
	note(target: EventTarget | null): void {
		if (!isField(target) || !target.name || this.#before.has(target)) return;
		for (const field of this.#before.keys()) if (!field.isConnected) this.#before.delete(field);
		this.#before.set(target, valueOf(target));
	}

	/** The field that has the focus when the script starts may have been edited before. */
	noteFocused(): void {
		const field = document.activeElement;
		if (field instanceof HTMLInputElement && !isChoice(field)) this.#before.set(field, field.defaultValue);
		else this.note(field);
	}

	/** What the form's fields hold now is nothing to lose. */
	forget(form: HTMLFormElement): void {
		for (const field of this.#before.keys()) if (field.form === form) this.#before.delete(field);
	}
}

const isField = (target: EventTarget | null): target is Field =>
	target instanceof HTMLInputElement ||
	target instanceof HTMLSelectElement ||
	target instanceof HTMLTextAreaElement;

const isChoice = ({ type }: HTMLInputElement) => type === 'checkbox' || type === 'radio';

const valueOf = (field: Field) =>
	field instanceof HTMLInputElement && isChoice(field) ? String(field.checked) : field.value;
