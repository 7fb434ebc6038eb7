/** What the types of events are called where one chooses among them. */
import type { EventType } from '#lib/graphql/documents.ts';

export const enEventTypes = {
	types: {
		USER_CREATED: 'Person added',
		USER_UPDATED: 'Profile edited',
		USER_ROLE_CHANGED: 'Role changed',
		USER_DISABLED: 'Disabled',
		USER_ENABLED: 'Enabled',
		USER_DELETED: 'Deleted',
		USER_RESTORED: 'Restored',
		USER_ERASED: 'Erased',
		EMAIL_VERIFIED: 'Email verified',
		PASSWORD_CHANGED: 'Password changed',
		SECOND_FACTOR_ADDED: 'Second factor set up',
		SECOND_FACTOR_REMOVED: 'Second factor removed',
		SESSION_STARTED: 'Signed in',
		SESSION_REVOKED: 'Session ended',
		SESSION_REUSE_DETECTED: 'Token used twice',
		SIGN_IN_FAILED: 'Sign-in failed',
		PASSKEY_ADDED: 'Passkey added',
		PASSKEY_REMOVED: 'Passkey removed',
		API_KEY_CREATED: 'API key created',
		API_KEY_REVOKED: 'API key revoked',
		PASSWORD_RESET_REQUESTED: 'Password reset requested',
		EMAIL_CHANGE_REQUESTED: 'Email change requested',
		INVITATION_SENT: 'Invitation sent',
		INVITATION_ACCEPTED: 'Invitation accepted',
		INVITATION_WITHDRAWN: 'Invitation withdrawn',
		SIGNING_KEY_ROTATED: 'Signing keys changed',
		WEBHOOK_ENDPOINT_CREATED: 'Webhook created',
		WEBHOOK_ENDPOINT_UPDATED: 'Webhook changed',
		WEBHOOK_ENDPOINT_DELETED: 'Webhook deleted',
		WEBHOOK_SECRET_ROTATED: 'Webhook secret replaced'
	} satisfies Record<EventType, string>
};
