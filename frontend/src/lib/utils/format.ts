/** Dates, numbers and relative time, as the visitor's language and zone have them. */
const SECOND = 1000;
const STEPS: [limit: number, unit: Intl.RelativeTimeFormatUnit, size: number][] = [
	[60 * SECOND, 'second', SECOND],
	[3_600 * SECOND, 'minute', 60 * SECOND],
	[86_400 * SECOND, 'hour', 3_600 * SECOND],
	[30 * 86_400 * SECOND, 'day', 86_400 * SECOND],
	[365 * 86_400 * SECOND, 'month', 30.44 * 86_400 * SECOND],
	[Infinity, 'year', 365.25 * 86_400 * SECOND]
];

export class Formats {
	readonly #relative: Intl.RelativeTimeFormat;
	readonly #day: Intl.DateTimeFormat;
	readonly #moment: Intl.DateTimeFormat;
	readonly #full: Intl.DateTimeFormat;
	readonly #clock: Intl.DateTimeFormat;
	readonly #date: Intl.DateTimeFormat;
	readonly #key: Intl.DateTimeFormat;
	readonly #number: Intl.NumberFormat;
	readonly #milliseconds: Intl.NumberFormat;

	constructor(
		readonly locale: string,
		readonly timeZone: string
	) {
		this.#relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
		this.#day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone });
		this.#moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone });
		this.#full = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long', timeZone });
		this.#clock = new Intl.DateTimeFormat(locale, { timeStyle: 'short', timeZone });
		this.#date = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeZone });
		this.#key = new Intl.DateTimeFormat('en-CA', { timeZone });
		this.#number = new Intl.NumberFormat(locale);
		this.#milliseconds = new Intl.NumberFormat(locale, { style: 'unit', unit: 'millisecond' });
	}

	number(value: number): string {
		return this.#number.format(value);
	}

	/** Durations, with one decimal below 10 ms: 0.8 ms, 12 ms. */
	milliseconds(value: number): string {
		return this.#milliseconds.format(value < 10 ? Math.round(value * 10) / 10 : Math.round(value));
	}

	day(at: string | number): string {
		return import.meta.env.SSR ? kept(this.#day, at) : this.#day.format(new Date(at));
	}

	/** A day of the calendar, 2026-11-24, which is the same in every zone. */
	calendarDay(day: string): string {
		const format = new Intl.DateTimeFormat(this.locale, { dateStyle: 'medium', timeZone: 'UTC' });
		return format.format(new Date(`${day}T00:00:00Z`));
	}

	/** The day and the minute. */
	moment(at: string | number): string {
		return this.#moment.format(new Date(at));
	}

	/** With the day of the week. */
	date(at: string | number): string {
		return this.#date.format(new Date(at));
	}

	/** The day in the visitor's zone, for comparing: 2026-11-24. */
	dayKey(at: string | number): string {
		return this.#key.format(new Date(at));
	}

	clock(at: string | number): string {
		return this.#clock.format(new Date(at));
	}

	full(at: string | number): string {
		return import.meta.env.SSR ? kept(this.#full, at) : this.#full.format(new Date(at));
	}

	/** "3 min. ago"; `now` in milliseconds. Less than half a minute is "now". */
	relative(at: string | number, now: number): string {
		const delta = new Date(at).getTime() - now;
		const size = Math.abs(delta);
		if (size < 30 * SECOND) return this.#relative.format(0, 'second');
		for (const [limit, unit, step] of STEPS) {
			if (size < limit) return this.#relative.format(Math.round(delta / step), unit);
		}
		return this.day(at);
	}
}

const KEPT = 5_000;
const texts = new WeakMap<Intl.DateTimeFormat, Map<string | number, string>>();

/** A page of 50 rows has 100 dates, and the next one mostly the same: to format one takes 2 to 4 µs, to find its text less. */
function kept(format: Intl.DateTimeFormat, at: string | number): string {
	let known = texts.get(format);
	if (!known || known.size >= KEPT) texts.set(format, (known = new Map()));
	let text = known.get(at);
	if (text === undefined) known.set(at, (text = format.format(new Date(at))));
	return text;
}

/** A zone this runtime knows, or UTC. */
export function asTimeZone(text: string | undefined): string {
	if (!text || !/^[A-Za-z0-9_+\-/]{1,64}$/.test(text)) return 'UTC';
	try {
		new Intl.DateTimeFormat('en', { timeZone: text });
		return text;
	} catch {
		return 'UTC';
	}
}

const cache = new Map<string, Formats>();

/** The formats of a language and zone; making them costs a millisecond, so they are kept. */
export function formats(locale: string, timeZone: string): Formats {
	const key = `${locale} ${timeZone}`;
	let found = cache.get(key);
	if (!found) {
		found = new Formats(locale, timeZone);
		if (cache.size > 100) cache.clear();
		cache.set(key, found);
	}
	return found;
}
