import type { EventTypeMessages } from './types.ts';

export const deEventTypes: EventTypeMessages = {
	types: {
		USER_CREATED: 'Person angelegt',
		USER_UPDATED: 'Profil geändert',
		USER_ROLE_CHANGED: 'Rolle geändert',
		USER_DISABLED: 'Gesperrt',
		USER_ENABLED: 'Entsperrt',
		USER_DELETED: 'Gelöscht',
		USER_RESTORED: 'Wiederhergestellt',
		USER_ERASED: 'Endgültig gelöscht',
		EMAIL_VERIFIED: 'E-Mail bestätigt',
		PASSWORD_CHANGED: 'Passwort geändert',
		SECOND_FACTOR_ADDED: 'Zweiter Faktor eingerichtet',
		SECOND_FACTOR_REMOVED: 'Zweiter Faktor entfernt',
		SESSION_STARTED: 'Angemeldet',
		SESSION_REVOKED: 'Sitzung beendet',
		SESSION_REUSE_DETECTED: 'Token doppelt benutzt',
		SIGN_IN_FAILED: 'Anmeldung gescheitert',
		PASSKEY_ADDED: 'Passkey hinzugefügt',
		PASSKEY_REMOVED: 'Passkey entfernt',
		API_KEY_CREATED: 'API-Schlüssel angelegt',
		API_KEY_REVOKED: 'API-Schlüssel widerrufen',
		PASSWORD_RESET_REQUESTED: 'Zurücksetzen des Passworts angefordert',
		EMAIL_CHANGE_REQUESTED: 'Änderung der E-Mail-Adresse angefordert',
		INVITATION_SENT: 'Einladung gesendet',
		INVITATION_ACCEPTED: 'Einladung angenommen',
		INVITATION_WITHDRAWN: 'Einladung zurückgezogen',
		SIGNING_KEY_ROTATED: 'Signaturschlüssel geändert',
		WEBHOOK_ENDPOINT_CREATED: 'Webhook angelegt',
		WEBHOOK_ENDPOINT_UPDATED: 'Webhook geändert',
		WEBHOOK_ENDPOINT_DELETED: 'Webhook gelöscht',
		WEBHOOK_SECRET_ROTATED: 'Webhook-Geheimnis ersetzt'
	}
};
