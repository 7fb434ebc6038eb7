/** What the forms of a second factor ask of the API; the same with and without script. Secrets are shown once and never logged. */
import type { RequestEvent } from '@sveltejs/kit';
import {
	BeginTotp,
	ConfirmTotp,
	DisableTotp,
	RenewRecoveryCodes,
	ResetSecondFactor
} from '#lib/graphql/documents.ts';
import type { Enrolment } from '#lib/types/user.ts';
import { codeRefusal, done, passwordRefusal, raw, refusalOf, refuse, text } from './forms.ts';

/** A new secret, which counts once a code of it was entered. */
export async function beginTotp({ request, locals }: RequestEvent) {
	const currentPassword = raw(await request.formData(), 'currentPassword');
	const { beginTotp: outcome } = await locals.api.run(BeginTotp, { currentPassword });
	if (outcome.__typename !== 'TotpEnrolment')
		return refuse('beginTotp', passwordRefusal(refusalOf(outcome)), null);
	const { secret, uri, qrSvg } = outcome;
	return done('beginTotp', { secret, uri, qrSvg });
}

/** The secret that the form was shown with, to show it again. */
function enrolmentOf(form: FormData): Enrolment | null {
	const [secret, uri, qrSvg] = ['secret', 'uri', 'qrSvg'].map((name) => text(form, name)) as [
		string,
		string,
		string
	];
	return secret && uri.startsWith('otpauth:') ? { secret, uri, qrSvg } : null;
}

export async function confirmTotp({ request, locals }: RequestEvent) {
	const form = await request.formData();
	const { confirmTotp: outcome } = await locals.api.run(ConfirmTotp, { code: text(form, 'code') });
	if (outcome.__typename === 'RecoveryCodes') return done('confirmTotp', outcome.codes);
	return refuse('confirmTotp', refusalOf(outcome), enrolmentOf(form));
}

export async function renewRecoveryCodes({ request, locals }: RequestEvent) {
	const currentPassword = raw(await request.formData(), 'currentPassword');
	const { renewRecoveryCodes: outcome } = await locals.api.run(RenewRecoveryCodes, { currentPassword });
	if (outcome.__typename === 'RecoveryCodes') return done('recovery', outcome.codes);
	return refuse('recovery', passwordRefusal(refusalOf(outcome)), null);
}

export async function disableTotp({ request, locals }: RequestEvent) {
	const form = await request.formData();
	const variables = { currentPassword: raw(form, 'currentPassword'), code: text(form, 'code') };
	const { disableTotp: outcome } = await locals.api.run(DisableTotp, variables);
	if (outcome.__typename === 'Done') return done('disableTotp', null);
	return refuse('disableTotp', passwordRefusal(codeRefusal(refusalOf(outcome), 'code')), null);
}

/** Takes another user's second factor away. */
export async function resetFactor({ locals }: RequestEvent, userId: string) {
	const { resetSecondFactor: outcome } = await locals.api.run(ResetSecondFactor, { userId });
	return outcome.__typename === 'Done'
		? done('resetFactor', null)
		: refuse('resetFactor', refusalOf(outcome), null);
}
