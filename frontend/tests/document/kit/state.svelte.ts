/** Double of `$app/state`. */
export const navigating = { to: null };
export const updated = { current: false };

class Page {
	params: Record<string, string> = {};
	data = { theme: 'system' };
	error: App.Error | null = null;
	/** Of the entry of the history that is shown. */
	state = $state.raw<App.PageState>({});

	get url() {
		return new URL(location.href);
	}
}
export const page = new Page();
addEventListener('popstate', ({ state }) => (page.state = (state as App.PageState | null) ?? {}));
