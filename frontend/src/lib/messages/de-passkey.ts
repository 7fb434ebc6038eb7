import type { PasskeyMessages } from './types.ts';

export const dePasskey: PasskeyMessages = {
	title: 'Passkeys',
	text: 'Melden Sie sich mit Fingerabdruck, Gesicht oder Geräte-PIN an, ohne Passwort.',
	none: 'Sie haben keine Passkeys.',
	made: 'Hinzugefügt',
	used: 'zuletzt benutzt',
	unused: 'nie benutzt',
	add: 'Passkey hinzufügen…',
	name: 'Name',
	nameHint: 'Das Gerät, auf dem er liegt, damit Sie ihn später wiedererkennen.',
	password: 'Aktuelles Passwort',
	create: 'Passkey hinzufügen',
	added: (name) => `Passkey „${name}“ hinzugefügt. Ihr Passwort allein meldet Sie ab jetzt nicht mehr an.`,
	failed:
		'Dieser Browser konnte hier keinen Passkey anlegen. Prüfen Sie, ob Sie Rollcall unter der üblichen Adresse geöffnet haben und ob dieses Gerät eine Bildschirmsperre hat.',
	needsScript: 'Einen Passkey hinzuzufügen braucht JavaScript.',
	remove: 'Entfernen…',
	removeLabel: (name) => `${name} entfernen…`,
	follows: 'Er meldet Sie nicht mehr an. Löschen Sie ihn auch auf Ihrem Gerät.',
	confirm: 'Passkey entfernen',
	removed: 'Der Passkey wurde entfernt.'
};
