import { EventCounts, Events, Stats } from '#lib/graphql/documents.ts';
import { readMeasurements } from '#lib/server/measurements.ts';
import { iso, overview, startsOf } from '#lib/utils/event/periods.ts';
import { GROUPS } from '#lib/utils/event/words.ts';
import { formats } from '#lib/utils/format.ts';
import { can } from '#lib/utils/user/rights.ts';
import type { PageServerLoad } from './$types';

const LATEST = 9;

export const load: PageServerLoad = async ({ locals, parent, url }) => {
	const { viewer } = await parent();
	const { days: span } = overview.parse(url.searchParams);
	const {
		data: { stats },
		position
	} = await locals.api.read(Stats, {});
	if (!can(viewer, 'events.read'))
		return { span, stats, counts: null, events: [], cursor: position, service: null };
	const starts = startsOf(span, Date.now(), formats(locals.locale, locals.timeZone));
	const latest = { first: LATEST, filter: { types: [...GROUPS.changes] } };
	const [{ eventCounts }, { events }, service] = await Promise.all([
		locals.api.run(EventCounts, { starts: starts.map(iso) }, position),
		locals.api.run(Events, latest, position),
		can(viewer, 'service.read') ? readMeasurements() : null
	]);
	return {
		span,
		stats,
		counts: { starts, counts: eventCounts.counts },
		events: events.edges.map((edge) => edge.node),
		cursor: position,
		service
	};
};
