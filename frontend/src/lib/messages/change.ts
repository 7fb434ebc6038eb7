/** The words of a change that asks first: loaded when one is asked for, in English too. */
import type { Locale } from './locale.ts';
import type { ChangeMessages } from './types.ts';

export async function loadChangeMessages(locale: Locale): Promise<ChangeMessages> {
	return locale === 'de'
		? (await import('./de-change.ts')).deChange
		: (await import('./en-change.ts')).enChange;
}

/** A dialog and its words. */
export interface WithChangeWords<Component> {
	Dialog: Component;
	m: ChangeMessages;
}

/** A dialog that is being loaded, with its words. */
export async function withChangeWords<Component>(
	dialog: Promise<{ default: Component }>,
	locale: Locale
): Promise<WithChangeWords<Component>> {
	const [part, m] = await Promise.all([dialog, loadChangeMessages(locale)]);
	return { Dialog: part.default, m };
}
