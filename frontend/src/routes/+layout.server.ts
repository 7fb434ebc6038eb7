import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = ({ locals }) => ({
	theme: locals.theme,
	locale: locals.locale,
	timeZone: locals.timeZone
});
