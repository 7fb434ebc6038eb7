/** What users may write about themselves, and admins about anyone. */
import type { Refusal } from '#lib/types/refusal.ts';

export const PROFILE_FIELDS = ['displayName', 'email'] as const;
export type ProfileField = (typeof PROFILE_FIELDS)[number];
export type Profile = Record<ProfileField, string>;

/** The forms of a person's page and of one's own account. */
export type FormName = 'save' | 'role' | 'status' | 'erase' | 'session' | 'password';

/** What the server said to the last form, where the page came as its answer. */
export interface UserAnswer {
	form: FormName;
	refusal?: Refusal;
	typed?: Profile;
	before?: Profile;
}
