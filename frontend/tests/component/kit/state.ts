export const page = {
	url: new URL('http://localhost:3000/people'),
	params: {} as Record<string, string>,
	data: { theme: 'system' },
	error: null as App.Error | null
};
export const navigating = { to: null };
export const updated = { current: false };
