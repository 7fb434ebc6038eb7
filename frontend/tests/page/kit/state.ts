/** Double of `$app/state`. */
export const navigating = { to: null };
export const updated = { current: false };
export const page = {
	get url() {
		return new URL(location.href);
	}
};
