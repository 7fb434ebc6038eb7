/** The addresses of the pages before sign-in: where a visitor goes on afterwards, and why they have to sign in. */
import { Address, text, type Param } from './address.ts';
import { returnTo } from './return-to.ts';

export const next: Param<string> = {
	name: 'next',
	parse: returnTo,
	print: (path) => (path === '/' ? '' : path)
};

/** `reason` is a key of the catalogue's `reasons` (`messages/en-sign-in.ts`). */
export const signIn = new Address('/sign-in', { next, reason: text('reason') });
/** Answers to the script of the page for signing in. */
export const passkeySignIn = new Address('/sign-in/passkey', { next });
export const signUp = new Address('/sign-up', { next });
export const forgotPassword = new Address('/forgot-password', {});
/** Mails have these addresses: the API writes them (`LinkKind`). */
export const resetPassword = new Address('/reset-password', { token: text('token') });
export const verifyEmail = new Address('/verify-email', { token: text('token') });
export const confirmEmail = new Address('/confirm-email', { token: text('token') });
export const acceptInvitation = new Address('/accept-invitation', { token: text('token') });
