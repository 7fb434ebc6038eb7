import type { HandleClientError } from '@sveltejs/kit/hooks';
import { isOffline } from '#lib/utils/offline.ts';

export const handleError: HandleClientError = ({ kind, error }) => {
	if (kind !== 'unknown') return;
	console.error(error);
	// A fetch of the page's data that never arrived.
	if (isOffline(error)) return { message: 'Offline', code: 'OFFLINE' };
	return { message: 'Something went wrong on this page' };
};
