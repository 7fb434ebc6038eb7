/** Where one can go: the list behind the menu, the keys, their help and the command palette. */
import Activity from '@lucide/svelte/icons/activity';
import Braces from '@lucide/svelte/icons/braces';
import ChartNoAxesColumn from '@lucide/svelte/icons/chart-no-axes-column';
import CircleQuestionMark from '@lucide/svelte/icons/circle-question-mark';
import CircleUser from '@lucide/svelte/icons/circle-user';
import Users from '@lucide/svelte/icons/users';
import type { Component } from 'svelte';
import type { Messages } from '#lib/messages/types.ts';
import type { Viewer } from '#lib/stores/viewer.svelte.ts';
import type { Right } from '#lib/utils/user/rights.ts';

export interface Place {
	href: string;
	name: (m: Messages) => string;
	/** In the bar of a narrow screen; otherwise `name`. */
	short?: (m: Messages) => string;
	icon: Component<{ size?: number; 'aria-hidden'?: 'true' }>;
	/** In the menu: always, or only on a narrow or a wide screen. */
	menu?: 'always' | 'narrow' | 'wide';
	/** The key that goes there after "g". */
	key?: string;
	right?: Right;
}

const PLACES: readonly Place[] = [
	{ href: '/overview', name: (m) => m.nav.overview, icon: ChartNoAxesColumn, menu: 'always', key: 'o' },
	{ href: '/people', name: (m) => m.nav.users, icon: Users, menu: 'always', key: 'p' },
	{
		href: '/activity',
		name: (m) => m.nav.activity,
		icon: Activity,
		menu: 'always',
		key: 'a',
		right: 'events.read'
	},
	{ href: '/developers', name: (m) => m.nav.developers, icon: Braces, menu: 'always' },
	{ href: '/help', name: (m) => m.nav.help, icon: CircleQuestionMark, menu: 'wide', key: 'h' },
	{
		href: '/account',
		name: (m) => m.nav.account,
		short: (m) => m.nav.accountShort,
		icon: CircleUser,
		menu: 'narrow',
		key: 'm'
	}
];

/** Those of `places` that the viewer may see. */
export function placesFor(viewer: Viewer, places: readonly Place[] = PLACES): Place[] {
	return places.filter(({ right }) => !right || viewer.can(right));
}
