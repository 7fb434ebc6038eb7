/** Runs something once the next frame is painted, so that what was pressed is seen first. Returns what takes it back. */
export function afterPaint(run: () => void): () => void {
	let wanted = true;
	requestAnimationFrame(() => setTimeout(() => wanted && run()));
	return () => (wanted = false);
}
