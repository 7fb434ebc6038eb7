/** The form of signing keys. */
import type { SigningKeyRow } from '#lib/graphql/documents.ts';

export interface SigningKeyForms {
	rotateKeys: { done: SigningKeyRow; kept: null };
}
