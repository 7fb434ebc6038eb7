/** Asks whether the page's script has taken over; it has not while the server renders and where there is no script. */
import { onMount } from 'svelte';

export function useHydrated(): () => boolean {
	let current = $state(false);
	onMount(() => (current = true));
	return () => current;
}
