/** The languages the console speaks, and which of them a visitor gets. */
export const LOCALES = ['en', 'de'] as const;
export type Locale = (typeof LOCALES)[number];
export const LOCALE_NAMES: Record<Locale, string> = { en: 'English', de: 'Deutsch' };

export function asLocale(text: unknown): Locale | undefined {
	return LOCALES.find((locale) => locale === text);
}

/** The best of an Accept-Language header (RFC 9110 section 12.5.4); English where nothing fits. */
export function negotiate(header: string | null): Locale {
	const ranked = (header ?? '')
		.split(',')
		.map((part) => {
			const [tag = '', quality] = part.trim().split(/;\s*q=/);
			return { tag: tag.toLowerCase().split('-')[0], quality: quality === undefined ? 1 : Number(quality) };
		})
		.sort((a, b) => b.quality - a.quality);
	for (const { tag } of ranked) {
		const found = asLocale(tag);
		if (found) return found;
	}
	return 'en';
}
