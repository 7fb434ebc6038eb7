/** The words of the overview: they come with its page, few enough to come in both languages. */
import { deOverview } from './de-overview.ts';
import { enOverview } from './en-overview.ts';
import type { Locale } from './locale.ts';
import type { OverviewMessages } from './types.ts';

export const overviewMessages = (locale: Locale): OverviewMessages =>
	locale === 'de' ? deOverview : enOverview;
