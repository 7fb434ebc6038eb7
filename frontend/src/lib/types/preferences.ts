/** What a visitor chose for their eyes; kept in cookies so that the first paint is right. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export function asTheme(text: unknown): Theme {
	return THEMES.find((theme) => theme === text) ?? 'system';
}
