/** Calls `aim` while the pointer moves over an element: for a moment nothing may move under it. */
import type { Attachment } from 'svelte/attachments';

export function aiming(aim: () => void): Attachment<HTMLElement> {
	return (element) => {
		element.addEventListener('pointermove', aim, { passive: true });
		return () => element.removeEventListener('pointermove', aim);
	};
}
