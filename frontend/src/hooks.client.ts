import type { HandleClientError } from '@sveltejs/kit/hooks';

export const handleError: HandleClientError = ({ kind, error }) => {
	if (kind !== 'unknown') return;
	console.error(error);
	// A fetch of the page's data that never arrived: the front door itself is away.
	if (error instanceof TypeError && /fetch/i.test(error.message))
		return { message: 'Offline', code: 'OFFLINE' };
	return { message: 'Something went wrong on this page' };
};
