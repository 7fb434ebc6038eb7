/** Short notes about what just happened; announced politely, dismissed after a while unless they are errors. */
import { createContext } from 'svelte';

export interface Toast {
	id: number;
	kind: 'ok' | 'error';
	text: string;
}

const SHOWN_MS = 5_000;

export class Toasts {
	list = $state<Toast[]>([]);
	#next = 1;

	ok(text: string): void {
		const id = this.#add('ok', text);
		setTimeout(() => this.dismiss(id), SHOWN_MS);
	}

	error(text: string): void {
		this.#add('error', text);
	}

	dismiss(id: number): void {
		this.list = this.list.filter((toast) => toast.id !== id);
	}

	#add(kind: Toast['kind'], text: string): number {
		const id = this.#next++;
		this.list = [...this.list.slice(-3), { id, kind, text }];
		return id;
	}
}

const [useToasts, setToasts] = createContext<Toasts>();

export { useToasts };

export function createToasts(): Toasts {
	return setToasts(new Toasts());
}
