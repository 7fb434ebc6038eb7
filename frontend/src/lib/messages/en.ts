import type { Role, UserStatus } from '#lib/graphql/documents.ts';
import { enEntry } from './en-entry.ts';

const count = (n: number, one: string, many: string) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

export const en = {
	locale: 'en',
	...enEntry,
	nav: {
		label: 'Main',
		overview: 'Overview',
		users: 'People',
		activity: 'Activity',
		developers: 'API',
		help: 'Help',
		account: 'My account',
		accountShort: 'Account',
		signOut: 'Sign out',
		menu: 'Account menu'
	},
	theme: { label: 'Theme', system: 'System', light: 'Light', dark: 'Dark' },
	language: 'Language',
	role: { MEMBER: 'Member', AUDITOR: 'Auditor', ADMIN: 'Admin' } satisfies Record<Role, string>,
	roleHint: {
		MEMBER: 'Sees active people.',
		AUDITOR: 'Sees everyone and the audit trail; changes nothing.',
		ADMIN: 'Sees and changes everything.'
	},
	status: { ACTIVE: 'Active', DISABLED: 'Disabled', DELETED: 'Deleted' } satisfies Record<UserStatus, string>,
	live: {
		live: 'Live',
		connecting: 'Connecting',
		catchingUp: 'Catching up',
		offline: 'Offline',
		refused: 'Not live',
		hintLive: 'Changes appear as they happen.',
		hintCatchingUp: 'Reconnected. Loading what you missed.',
		hintConnecting: 'Opening the live connection.',
		hintOffline: 'What you see may be out of date. Reconnecting automatically.',
		hintRefused:
			'The API does not send changes to this page. What you see is from when it was loaded; reload it for the latest.',
		retryNow: 'Try now',
		online: 'Online',
		offlineUser: 'Not online',
		changed: (name: string) => `${name} was changed`
	},
	users: {
		title: 'People',
		total: (n: number, exact: boolean) => `${exact ? '' : 'about '}${count(n, 'person', 'people')}`,
		search: 'Search by name or email',
		searchMember: 'Search by name',
		searchLabel: 'Search people',
		clearSearch: 'Clear search',
		range: (from: number, to: number, total: number, exact: boolean) =>
			`${from.toLocaleString('en')}–${to.toLocaleString('en')} of ${exact ? '' : 'about '}${total.toLocaleString('en')}`,
		clearFilters: 'Clear filters',
		filter: {
			status: 'Status',
			role: 'Role',
			created: 'Created',
			access: 'Sign-in',
			verified: 'Email',
			online: 'Presence'
		},
		access: { yes: 'Can sign in', no: 'Cannot sign in' },
		online: { yes: 'Online now', no: 'Not online' },
		verified: { yes: 'Verified', no: 'Not verified' },
		sort: 'Sort',
		sortBy: (name: string) => `Sort by ${name}`,
		sortByRelevance: 'Sort by relevance',
		name: 'Name',
		email: 'Email',
		role: 'Role',
		status: 'Status',
		lastSeen: 'Last seen',
		created: 'Created',
		updated: 'Changed',
		select: (name: string) => `Select ${name}`,
		selectPage: 'Select all on this page',
		selected: (n: number) => `${n.toLocaleString('en')} selected`,
		selectedElsewhere: (n: number) => `${n.toLocaleString('en')} on other pages`,
		clearSelection: 'Clear selection',
		toActions: 'Actions for the selected',
		peek: (name: string) => `Show ${name} beside the list`,
		menu: (name: string) => `Actions for ${name}`,
		actions: 'Actions',
		newOnes: (n: number) => `${n.toLocaleString('en')} new`,
		showNew: (n: number) => `Show ${count(n, 'new person', 'new people')}`,
		left: 'No longer matches',
		emptyTitle: 'No one here yet',
		emptyText: 'Add the first person, or import a list.',
		noMatchTitle: 'No one matches',
		noMatchText: 'Try fewer words or filters.',
		add: 'Add person',
		import: 'Import',
		importTitle: 'Import people',
		export: 'Export',
		caption: 'People of the directory'
	},
	filter: {
		open: 'Filter',
		title: 'Filters',
		without: (name: string) => `Remove the filter: ${name}`
	},
	days: {
		presets: {
			today: 'Today',
			'7d': 'Last 7 days',
			'30d': 'Last 30 days',
			'90d': 'Last 90 days',
			month: 'This month',
			'last-month': 'Last month'
		},
		from: 'From',
		to: 'To',
		since: (day: string) => `since ${day}`,
		until: (day: string) => `until ${day}`,
		between: (from: string, to: string) => `${from} – ${to}`
	},
	bulk: {
		enable: 'Enable',
		disable: 'Disable',
		delete: 'Delete',
		restore: 'Restore',
		role: 'Change role',
		apply: 'Set role',
		export: 'Export'
	},
	user: {
		role: 'Role',
		status: 'Status',
		timeline: 'Timeline',
		version: 'Version',
		id: 'ID',
		created: 'Created',
		changed: 'Changed',
		lastSeen: 'Last seen',
		saved: 'Saved',
		disableText: 'Signs them out everywhere, immediately. They cannot sign in until enabled again.',
		deleteText: 'Signs them out and hides them from members. Their data stays; you can restore them.',
		enable: 'Enable',
		disable: 'Disable',
		delete: 'Delete',
		restore: 'Restore',
		confirm: (action: string, name: string) => `${action} ${name}?`,
		heldBy: (name: string) => `${name} already has this address.`,
		heldByDeleted: (name: string) =>
			`${name} has this address and is deleted. Restore them, or erase them so that it can be used again.`,
		restoreHolder: (name: string) => `Restore ${name}`,
		back: 'Back to people',
		open: 'Open',
		notFoundTitle: 'Person not found',
		notFoundText: 'They may have been erased, or you are not allowed to see them.'
	},
	access: {
		none: 'Cannot sign in'
	},
	event: {
		actor: 'Done by',
		field: 'Field',
		groups: {
			all: 'Everything',
			accounts: 'Accounts',
			access: 'Roles and status',
			signIns: 'Sign-ins',
			security: 'Security',
			started: 'Successful sign-ins',
			changes: 'Changes',
			failed: 'Failed sign-ins'
		}
	},
	field: {
		displayName: 'Name',
		email: 'Email',
		role: 'Role',
		status: 'Status',
		emailVerifiedAt: 'Email verified',
		secondFactor: 'Second factor',
		reason: 'Reason'
	},
	palette: { open: 'Search or jump', none: 'Nothing found' }
};
