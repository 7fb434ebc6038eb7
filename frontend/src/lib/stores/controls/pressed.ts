/** Calls `press` with the clicked control, among those that `selector` matches within an element: one listener for many controls. */
import type { Attachment } from 'svelte/attachments';

export function pressed(selector: string, press: (control: HTMLElement) => void): Attachment<HTMLElement> {
	const onclick = (event: MouseEvent) => {
		const control = (event.target as Element).closest<HTMLElement>(selector);
		// With these keys a link opens in another tab or window.
		if (!control || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
		event.preventDefault();
		press(control);
	};
	return (element) => {
		element.addEventListener('click', onclick);
		return () => element.removeEventListener('click', onclick);
	};
}
