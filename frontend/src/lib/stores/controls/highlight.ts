/** Highlights an element once for each change of what it shows; its own appearance is none. */
import type { Attachment } from 'svelte/attachments';

const HIGHLIGHT_MS = 1_800;

export function highlight(changes: () => number): Attachment<HTMLElement> {
	return (element) => {
		if (changes() === 0 || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
		element.animate(
			{ backgroundColor: ['var(--glow)', 'var(--glow)', 'transparent'], offset: [0, 0.25, 1] },
			{ duration: HIGHLIGHT_MS, easing: 'ease-out' }
		);
	};
}
