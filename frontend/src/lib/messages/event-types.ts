/** The names of the types of events: they come with the filters of the log, few enough to come in both languages. */
import { deEventTypes } from './de-event-types.ts';
import { enEventTypes } from './en-event-types.ts';
import type { EventTypeMessages } from './types.ts';

/** `locale` as a catalogue has it. */
export const eventTypeMessages = (locale: string): EventTypeMessages =>
	locale === 'de' ? deEventTypes : enEventTypes;
