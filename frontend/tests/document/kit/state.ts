/** Double of `$app/state`. */
export const navigating = { to: null };
export const updated = { current: false };
export const page = {
	params: {} as Record<string, string>,
	data: { theme: 'system' },
	error: null as App.Error | null,
	get url() {
		return new URL(location.href);
	}
};
