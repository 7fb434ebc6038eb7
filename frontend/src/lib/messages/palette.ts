/** The words of the command palette: they come with it, few enough to come in both languages. */
import { dePalette } from './de-palette.ts';
import { enPalette } from './en-palette.ts';
import type { Locale } from './locale.ts';
import type { PaletteMessages } from './types.ts';

export const paletteMessages = (locale: Locale): PaletteMessages => (locale === 'de' ? dePalette : enPalette);
