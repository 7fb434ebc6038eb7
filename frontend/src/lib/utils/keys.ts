/** Whether a key belongs to a field or a shortcut of the browser, and is none of ours. */
export function isTyping(event: KeyboardEvent): boolean {
	if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true;
	const target = event.target as Element | null;
	return (
		target?.closest?.('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]') !=
		null
	);
}
