import { EventCounts, Events, Stats } from '#lib/graphql/documents.ts';
import { readMeasurements } from '#lib/server/measurements.ts';
import { CHANGES } from '#lib/utils/event/hourly.ts';
import { can } from '#lib/utils/user/rights.ts';
import type { PageServerLoad } from './$types';

const LATEST = 9;

export const load: PageServerLoad = async ({ locals, parent }) => {
	const { viewer } = await parent();
	const {
		data: { stats },
		position
	} = await locals.api.read(Stats, {});
	if (!can(viewer, 'events.read'))
		return { stats, counts: null, events: [], cursor: position, service: null };
	const latest = { first: LATEST, filter: { types: [...CHANGES] } };
	const [{ eventCounts }, { events }, service] = await Promise.all([
		locals.api.run(EventCounts, {}, position),
		locals.api.run(Events, latest, position),
		can(viewer, 'service.read') ? readMeasurements() : null
	]);
	return {
		stats,
		counts: eventCounts,
		events: events.edges.map((edge) => edge.node),
		cursor: position,
		service
	};
};
