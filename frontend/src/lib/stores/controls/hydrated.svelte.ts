/** Whether the page's script has taken over; false while the server renders and where there is no script. */
import { onMount } from 'svelte';

export function useHydrated(): { readonly current: boolean } {
	let current = $state(false);
	onMount(() => (current = true));
	return {
		get current() {
			return current;
		}
	};
}
