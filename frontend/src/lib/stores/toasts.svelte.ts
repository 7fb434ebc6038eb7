/** Short notes about what just happened; announced politely, dismissed after a while unless they are errors. */
import { createContext } from 'svelte';

export interface Toast {
	id: number;
	kind: 'ok' | 'error';
	text: string;
	/** Takes back what the note is about. */
	undo?: () => unknown;
}

const SHOWN_MS = 5_000;
/** Long enough to read what was done, to see that it was a mistake, and to reach the button. */
const UNDO_MS = 20_000;

export class Toasts {
	list = $state<Toast[]>([]);
	#next = 1;
	#timers: Record<number, ReturnType<typeof setTimeout>> = {};
	/** Undos run one after the other: the next may depend on the one before. */
	#undoing: Promise<unknown> = Promise.resolve();

	ok(text: string, undo?: () => unknown): void {
		const toast = this.#add({ kind: 'ok', text, undo });
		this.#timers[toast.id] = this.#expire(toast);
	}

	error(text: string): void {
		this.#add({ kind: 'error', text });
	}

	dismiss(id: number): void {
		this.list = this.list.filter((toast) => toast.id !== id);
	}

	/** While one of them is pointed at or focused, all of them stay. */
	hold(): void {
		Object.values(this.#timers).forEach(clearTimeout);
	}

	release(): void {
		this.hold();
		const going = this.list.filter(({ kind }) => kind === 'ok');
		this.#timers = Object.fromEntries(going.map((toast) => [toast.id, this.#expire(toast)]));
	}

	/**
	 * Undoes the change of the latest toast, or of the given one, after the undos that are under way. Returns whether there
	 * was one.
	 */
	undo(id?: number): boolean {
		const toast = this.list.findLast((one) => one.undo && (id === undefined || one.id === id));
		if (!toast) return false;
		this.dismiss(toast.id);
		this.#undoing = this.#undoing.then(() => toast.undo?.()).catch(() => {});
		return true;
	}

	#expire({ id, undo }: Toast): ReturnType<typeof setTimeout> {
		return setTimeout(() => this.dismiss(id), undo ? UNDO_MS : SHOWN_MS);
	}

	#add(given: Omit<Toast, 'id'>): Toast {
		const toast = { id: this.#next++, ...given };
		this.list = [...this.list.slice(-3), toast];
		return toast;
	}
}

const [useToasts, setToasts] = createContext<Toasts>();

export { useToasts };

export function createToasts(): Toasts {
	return setToasts(new Toasts());
}
