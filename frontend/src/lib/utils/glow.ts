/** Lights an element once; the number says which change it is, and the first is the element's own appearance. */
const GLOW_MS = 1_800;

export function glow(element: HTMLElement, changes: number): void {
	if (changes === 0 || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
	element.animate(
		{ backgroundColor: ['var(--glow)', 'var(--glow)', 'transparent'], offset: [0, 0.25, 1] },
		{ duration: GLOW_MS, easing: 'ease-out' }
	);
}
