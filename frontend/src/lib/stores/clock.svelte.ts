/** One clock for all relative times of a page, so that they move together and cost one timer. */
import { createContext } from 'svelte';

const TICK_MS = 10_000;

export class Clock {
	/** Milliseconds. */
	now = $state(Date.now());

	start(): () => void {
		const tick = () => {
			if (document.visibilityState === 'visible') this.now = Date.now();
		};
		tick();
		const timer = setInterval(tick, TICK_MS);
		document.addEventListener('visibilitychange', tick);
		return () => {
			clearInterval(timer);
			document.removeEventListener('visibilitychange', tick);
		};
	}
}

const [useClock, setClock] = createContext<Clock>();

export { useClock };

export function createClock(): Clock {
	return setClock(new Clock());
}
