/** Theme and language, for browsers with and without script; back to the page they were chosen on. */
import { redirect } from '@sveltejs/kit';
import { LOCALES } from '#lib/messages/locale.ts';
import { choice, text } from '#lib/server/forms.ts';
import { THEMES } from '#lib/types/preferences.ts';
import { returnTo } from '#lib/utils/return-to.ts';
import type { RequestHandler } from './$types';

const YEAR_SECONDS = 31_536_000;

export const POST: RequestHandler = async ({ request, cookies, url }) => {
	const form = await request.formData();
	const chosen = { theme: choice(form, 'theme', THEMES), locale: choice(form, 'locale', LOCALES) };
	for (const [name, value] of Object.entries(chosen)) {
		const options = { path: '/', maxAge: YEAR_SECONDS, httpOnly: false, secure: url.protocol === 'https:' };
		if (value) cookies.set(name, value, { ...options, sameSite: 'lax' });
	}
	redirect(303, returnTo(text(form, 'next')));
};
