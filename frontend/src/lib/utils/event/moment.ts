/** A moment as a part of an address. */
import type { Param } from '#lib/utils/address.ts';

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z$/;

/** A moment in UTC as ISO 8601 has it, or null. */
export function moment(name: string): Param<string | null> {
	return {
		name,
		parse(given) {
			const at = MOMENT.test(given) ? new Date(given) : null;
			return at && !Number.isNaN(at.getTime()) ? at.toISOString() : null;
		},
		print: (value) => value?.replace(/(:00)?\.000Z$/, 'Z') ?? ''
	};
}
