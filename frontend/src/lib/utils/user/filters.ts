/** The filters of the directory, in the order of their panel. A new filter is an entry here. */
import type { Role, UserFilter, UserStatus } from '#lib/graphql/documents.ts';
import { flag, severalOf } from '#lib/utils/address.ts';
import { justBefore } from '#lib/utils/days.ts';
import { byDays, eitherWay, type Filter } from '#lib/utils/filter.ts';
import type { Right } from './rights.ts';
import { ROLES, STATUSES } from './values.ts';

function filter<T>(one: Filter<T, UserFilter, Right>): Filter<T, UserFilter, Right> {
	return one;
}

export const FILTERS = {
	status: filter({
		param: severalOf('status', STATUSES),
		values: STATUSES,
		word: (m, one) => m.status[one as UserStatus],
		asks: (status) => ({ status: [...status] }),
		right: 'users.seeAll'
	}),
	role: filter({
		param: severalOf('role', ROLES),
		values: ROLES,
		word: (m, one) => m.role[one as Role],
		asks: (role) => ({ role: [...role] })
	}),
	created: filter(
		byDays('created', ({ from, until }) => ({ createdAfter: justBefore(from), createdBefore: until }))
	),
	access: filter({
		...eitherWay,
		param: flag('access'),
		word: (m, one) => m.users.access[one as 'yes' | 'no'],
		asks: (canSignIn) => ({ canSignIn }),
		right: 'users.seeAll'
	}),
	verified: filter({
		...eitherWay,
		param: flag('verified'),
		word: (m, one) => m.users.verified[one as 'yes' | 'no'],
		asks: (emailVerified) => ({ emailVerified }),
		right: 'users.seeAll'
	}),
	online: filter({
		...eitherWay,
		param: flag('online'),
		word: (m, one) => m.users.online[one as 'yes' | 'no'],
		asks: (online) => ({ online })
	})
};
