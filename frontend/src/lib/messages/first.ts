/** The words of the first steps: loaded with them. */
import type { Locale } from './locale.ts';
import type { FirstMessages } from './types.ts';

export async function loadFirstMessages(locale: Locale): Promise<FirstMessages> {
	return locale === 'de' ? (await import('./de-first.ts')).deFirst : (await import('./en-first.ts')).enFirst;
}

/** The steps and their words, where the viewer is the only person; few pages ever show them. */
export async function firstSteps<Component>(
	total: number,
	load: () => Promise<{ default: Component }>,
	locale: Locale
): Promise<{ Steps: Component; m: FirstMessages } | null> {
	if (total !== 1) return null;
	const [part, m] = await Promise.all([load(), loadFirstMessages(locale)]);
	return { Steps: part.default, m };
}
