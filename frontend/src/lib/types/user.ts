/** What users may write about themselves, and admins about anyone. */
import type { PasskeyRow, Role, User } from '#lib/graphql/documents.ts';
import type { FormAnswer } from './form.ts';
import type { Refusal } from './problem.ts';

export const PROFILE_FIELDS = ['displayName', 'email'] as const;
export type ProfileField = (typeof PROFILE_FIELDS)[number];
export type Profile = Record<ProfileField, string>;

/** A change that the API has not made; `current` is the user as they are now, where that is why. */
interface Unchanged {
	current: User | null;
}

/** The user who has the address that was entered, if it was refused for that. */
interface Held {
	holder: User | null;
}

/** A new secret of an authenticator app: to be typed, as a link, and as a picture (SVG). */
export interface Enrolment {
	secret: string;
	uri: string;
	qrSvg: string;
}

/** The forms of a user's page and of one's own account. */
export interface UserForms {
	save: { done: User; kept: Unchanged & Held & { typed: Profile; before: Profile } };
	role: { done: User; kept: Unchanged };
	status: { done: User; kept: Unchanged };
	/** `password` is one that the server generated, for who has no script. */
	access: { done: { user: User; password: string | null }; kept: Unchanged };
	erase: { done: null; kept: null };
	session: { done: { one: boolean }; kept: null };
	password: { done: null; kept: null };
	verifyEmail: { done: null; kept: null };
	/** The email that waits to be confirmed. */
	changeEmail: { done: string; kept: { newEmail: string } };
	beginTotp: { done: Enrolment; kept: null };
	/** Without script, the page shows the secret again from what the form held. */
	confirmTotp: { done: readonly string[]; kept: Enrolment | null };
	recovery: { done: readonly string[]; kept: null };
	disableTotp: { done: null; kept: null };
	/** What the browser needs to make a passkey. */
	beginPasskey: { done: PublicKeyCredentialCreationOptionsJSON; kept: null };
	addPasskey: { done: PasskeyRow; kept: null };
	removePasskey: { done: string; kept: { id: string } };
	resetFactor: { done: null; kept: null };
}

/** The answer to the script that signs in by a passkey: what is to be signed, where to go on, or why neither. */
export interface PasskeyAnswer {
	options?: PublicKeyCredentialRequestOptionsJSON;
	next?: string;
	refusal?: Refusal;
}

/** The form that reverts an entry of the log; a success leads to the user. */
export interface RevertForms {
	revert: { done: never; kept: null };
}

/** The forms before sign-in; a success leads to another page. */
export interface EntryForms {
	/** `code`: whether the form asks for the code of a second factor. */
	signIn: { done: never; kept: { email: string; code: boolean } };
	/** Done where the address has to be proved first; otherwise it leads to another page. */
	signUp: { done: null; kept: { email: string; displayName: string } };
	forgot: { done: null; kept: { email: string } };
	reset: { done: never; kept: null };
	verify: { done: null; kept: null };
	confirm: { done: null; kept: null };
	accept: { done: never; kept: { displayName: string } };
}

/** The form that adds a user. */
export interface NewUserForms {
	newUser: { done: User; kept: Held & { email: string; displayName: string; role: Role } };
}

export type UserAnswer = FormAnswer<UserForms>;
