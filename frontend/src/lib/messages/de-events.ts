import type { EventMessages } from './types.ts';

const count = (n: number, one: string, many: string) => `${n.toLocaleString('de')} ${n === 1 ? one : many}`;

export const deEvents: EventMessages = {
	sentence: {
		USER_CREATED: {
			by: '{actor} hat {user} angelegt',
			self: '{user} hat sich registriert',
			none: '{user} wurde angelegt'
		},
		CREATED_AS: {
			by: '{actor} hat {user} als {after} angelegt',
			self: '{user} hat sich als {after} registriert',
			none: '{user} wurde als {after} angelegt'
		},
		RENAMED: {
			by: '{actor} hat bei {userDative} den Namen von {before} in {after} geändert',
			self: '{user} hat den eigenen Namen von {before} in {after} geändert',
			none: 'Bei {userDative} wurde der Name von {before} in {after} geändert'
		},
		EMAIL_CHANGED: {
			by: '{actor} hat bei {userDative} die E-Mail-Adresse von {before} in {after} geändert',
			self: '{user} hat die eigene E-Mail-Adresse von {before} in {after} geändert',
			none: 'Bei {userDative} wurde die E-Mail-Adresse von {before} in {after} geändert'
		},
		USER_UPDATED: {
			by: '{actor} hat bei {userDative} Angaben geändert: {fields}',
			self: '{user} hat eigene Angaben geändert: {fields}',
			none: 'Bei {userDative} wurden Angaben geändert: {fields}'
		},
		USER_ROLE_CHANGED: {
			by: '{actor} hat bei {userDative} die Rolle von {before} auf {after} geändert',
			self: '{user} hat die eigene Rolle von {before} auf {after} geändert',
			none: 'Bei {userDative} wurde die Rolle von {before} auf {after} geändert'
		},
		USER_DISABLED: {
			by: '{actor} hat {user} gesperrt',
			self: '{user} hat das eigene Konto gesperrt',
			none: '{user} wurde gesperrt'
		},
		USER_ENABLED: {
			by: '{actor} hat {user} entsperrt',
			self: '{user} hat das eigene Konto entsperrt',
			none: '{user} wurde entsperrt'
		},
		USER_DELETED: {
			by: '{actor} hat {user} gelöscht',
			self: '{user} hat das eigene Konto gelöscht',
			none: '{user} wurde gelöscht'
		},
		USER_RESTORED: {
			by: '{actor} hat {user} wiederhergestellt',
			self: '{user} hat das eigene Konto wiederhergestellt',
			none: '{user} wurde wiederhergestellt'
		},
		USER_ERASED: {
			by: '{actor} hat eine Person endgültig gelöscht',
			self: 'Jemand hat das eigene Konto endgültig gelöscht',
			none: 'Eine Person wurde endgültig gelöscht'
		},
		EMAIL_VERIFIED: {
			by: '{actor} hat die E-Mail-Adresse von {userDative} als bestätigt vermerkt',
			self: '{user} hat die eigene E-Mail-Adresse bestätigt',
			none: 'Die E-Mail-Adresse von {userDative} wurde bestätigt'
		},
		PASSWORD_CHANGED: {
			by: '{actor} hat für {user} ein neues Passwort gesetzt',
			self: '{user} hat das eigene Passwort geändert',
			none: 'Für {user} wurde ein neues Passwort gesetzt'
		},
		SECOND_FACTOR_ADDED: {
			by: '{actor} hat für {user} einen zweiten Faktor eingerichtet',
			self: '{user} hat einen zweiten Faktor eingerichtet',
			none: 'Für {user} wurde ein zweiter Faktor eingerichtet'
		},
		SECOND_FACTOR_REMOVED: {
			by: '{actor} hat den zweiten Faktor von {userDative} entfernt',
			self: '{user} hat den eigenen zweiten Faktor abgeschaltet',
			none: 'Der zweite Faktor von {userDative} wurde entfernt'
		},
		SESSION_STARTED: {
			by: '{actor} hat sich als {user} angemeldet',
			self: '{user} hat sich angemeldet',
			none: '{user} hat sich angemeldet'
		},
		SIGNED_OUT: {
			by: '{actor} hat {user} abgemeldet',
			self: '{user} hat sich abgemeldet',
			none: '{user} hat sich abgemeldet'
		},
		SESSION_REVOKED: {
			by: '{actor} hat eine Sitzung von {userDative} beendet',
			self: '{user} hat eine eigene Sitzung beendet',
			none: 'Eine Sitzung von {userDative} wurde beendet'
		},
		SESSION_LOST: {
			by: '{user} wurde abgemeldet: {actor} hat {cause}',
			self: '{user} hat {cause} und wurde deshalb in einer anderen Sitzung abgemeldet',
			none: '{user} wurde aus einer Sitzung abgemeldet'
		},
		SESSION_REUSE_DETECTED: {
			by: 'Eine Sitzung von {userDative} wurde beendet, weil ihr Token zweimal benutzt wurde',
			self: 'Eine Sitzung von {userDative} wurde beendet, weil ihr Token zweimal benutzt wurde',
			none: 'Eine Sitzung von {userDative} wurde beendet, weil ihr Token zweimal benutzt wurde'
		},
		SIGN_IN_FAILED: {
			by: 'Jemand konnte sich nicht als {user} anmelden',
			self: 'Jemand konnte sich nicht als {user} anmelden',
			none: 'Jemand konnte sich nicht als {user} anmelden'
		},
		SIGN_IN_UNKNOWN: {
			by: 'Jemand wollte sich mit einer unbekannten Adresse anmelden',
			self: 'Jemand wollte sich mit einer unbekannten Adresse anmelden',
			none: 'Jemand wollte sich mit einer unbekannten Adresse anmelden'
		},
		PASSKEY_ADDED: {
			by: '{actor} hat für {user} einen Passkey hinzugefügt',
			self: '{user} hat einen Passkey hinzugefügt',
			none: 'Für {user} wurde ein Passkey hinzugefügt'
		},
		PASSKEY_REMOVED: {
			by: '{actor} hat einen Passkey von {userDative} entfernt',
			self: '{user} hat einen eigenen Passkey entfernt',
			none: 'Ein Passkey von {userDative} wurde entfernt'
		},
		API_KEY_CREATED: {
			by: '{actor} hat für {user} einen API-Schlüssel erstellt',
			self: '{user} hat einen API-Schlüssel erstellt',
			none: 'Für {user} wurde ein API-Schlüssel erstellt'
		},
		API_KEY_REVOKED: {
			by: '{actor} hat einen API-Schlüssel von {userDative} widerrufen',
			self: '{user} hat einen eigenen API-Schlüssel widerrufen',
			none: 'Ein API-Schlüssel von {userDative} wurde widerrufen'
		},
		PASSWORD_RESET_REQUESTED: {
			by: '{actor} hat für {user} einen Link zum Zurücksetzen des Passworts angefordert',
			self: '{user} hat einen Link zum Zurücksetzen des Passworts angefordert',
			none: 'Für {user} wurde ein Link zum Zurücksetzen des Passworts angefordert'
		},
		EMAIL_CHANGE_REQUESTED: {
			by: '{actor} hat eine Änderung der E-Mail-Adresse von {userDative} angefordert',
			self: '{user} hat eine Änderung der eigenen E-Mail-Adresse angefordert',
			none: 'Eine Änderung der E-Mail-Adresse von {userDative} wurde angefordert'
		},
		INVITATION_SENT: {
			by: '{actor} hat jemanden als {after} eingeladen',
			self: '{actor} hat jemanden als {after} eingeladen',
			none: 'Jemand wurde als {after} eingeladen'
		},
		INVITATION_ACCEPTED: {
			by: '{user} hat eine Einladung angenommen',
			self: '{user} hat eine Einladung angenommen',
			none: '{user} hat eine Einladung angenommen'
		},
		INVITATION_WITHDRAWN: {
			by: '{actor} hat eine Einladung zurückgezogen',
			self: '{actor} hat eine Einladung zurückgezogen',
			none: 'Eine Einladung wurde zurückgezogen'
		},
		SIGNING_KEY_ROTATED: {
			by: '{actor} hat die Schlüssel geändert, mit denen Zugriffstoken signiert werden',
			self: '{actor} hat die Schlüssel geändert, mit denen Zugriffstoken signiert werden',
			none: 'Die Schlüssel, mit denen Zugriffstoken signiert werden, wurden geändert'
		},
		WEBHOOK_ENDPOINT_CREATED: {
			by: '{actor} hat einen Webhook angelegt',
			self: '{actor} hat einen Webhook angelegt',
			none: 'Ein Webhook wurde angelegt'
		},
		WEBHOOK_ENDPOINT_UPDATED: {
			by: '{actor} hat einen Webhook geändert',
			self: '{actor} hat einen Webhook geändert',
			none: 'Ein Webhook wurde geändert'
		},
		WEBHOOK_ENDPOINT_DELETED: {
			by: '{actor} hat einen Webhook gelöscht',
			self: '{actor} hat einen Webhook gelöscht',
			none: 'Ein Webhook wurde gelöscht'
		},
		WEBHOOK_SECRET_ROTATED: {
			by: '{actor} hat das Geheimnis eines Webhooks ersetzt',
			self: '{actor} hat das Geheimnis eines Webhooks ersetzt',
			none: 'Das Geheimnis eines Webhooks wurde ersetzt'
		},
		OTHER: {
			by: '{actor} hat bei {userDative} etwas getan, das diese Seite nicht kennt',
			self: '{user} hat etwas getan, das diese Seite nicht kennt',
			none: 'Bei {userDative} ist etwas geschehen, das diese Seite nicht kennt'
		}
	},
	activity: {
		export: (format) => `Als ${format} exportieren`,
		lead: 'Alle Änderungen, sobald sie geschehen.',
		pause: 'Anhalten',
		resume: 'Weiter',
		paused: 'Angehalten',
		waiting: (n) => count(n, 'neues Ereignis', 'neue Ereignisse'),
		show: (n) => `${count(n, 'neues Ereignis', 'neue Ereignisse')} zeigen`,
		emptyTitle: 'Keine Ereignisse',
		emptyText: 'Ereignisse dieser Art erscheinen hier sofort.',
		onlyAbout: 'Nur über',
		alike: 'Nur diese Person',
		clear: 'Alle zeigen',
		today: 'Heute',
		yesterday: 'Gestern',
		newest: 'Neueste',
		newer: 'Neuere',
		seen: 'Hier waren Sie',
		jump: 'Dorthin, wo Sie waren',
		find: 'Person suchen',
		filters: { when: 'Wann', types: 'Ereignisse', subject: 'Objekt' },
		subjectHint: 'ID einer Person, einer Sitzung oder eines API-Schlüssels',
		whom: 'Welche Person?',
		resynced: 'Diese Seite war zu weit zurück und wurde deshalb neu geladen.'
	},
	event: {
		by: (name) => `durch ${name}`,
		details: 'Einzelheiten',
		happened: 'Wann',
		user: 'Person',
		request: 'Anfrage',
		address: 'Adresse',
		position: 'Position',
		before: 'Vorher',
		after: 'Nachher',
		none: 'Noch nichts.',
		revert: 'Zurücknehmen…',
		older: 'Ältere',
		reasons: {
			SIGNED_OUT: 'abgemeldet',
			REVOKED: 'manuell beendet',
			REUSED: 'Token zweimal benutzt',
			PASSWORD_CHANGED: 'Passwort geändert',
			DISABLED: 'Konto gesperrt',
			DELETED: 'Konto gelöscht',
			PASSKEY_COUNTER: 'Passkey-Zähler ging zurück'
		}
	},
	window: {
		since: (from) => `Seit ${from}`,
		between: (from, to) => `Von ${from} bis ${to}`,
		until: (to) => `Bis ${to}`,
		always: 'Jederzeit'
	},
	cause: {
		PASSWORD_CHANGED: 'das Passwort geändert',
		DISABLED: 'das Konto gesperrt',
		DELETED: 'das Konto gelöscht'
	},
	erased: 'eine gelöschte Person',
	erasedDative: 'einer gelöschten Person',
	profile: 'Profil',
	inSentence: (fields) => fields,
	system: 'Das System: die Kommandozeile oder ein geplanter Auftrag',
	from: (address) => `von ${address}`,
	more: (n) => `und ${n.toLocaleString('de')} weitere in derselben Anfrage`
};
