import type { InvitationMessages } from './types.ts';

export const deInvitations: InvitationMessages = {
	title: 'Einladungen',
	lead: 'Wer eingeladen ist, bekommt eine E-Mail mit einem Link und steht erst im Verzeichnis, nachdem die Einladung angenommen wurde. Laden Sie dieselbe Adresse noch einmal ein, geht ein neuer Link an sie.',
	off: 'Einladungen sind ausgeschaltet: Die Registrierung ist geschlossen (SIGN_UP=closed).',
	add: 'Jemanden einladen',
	name: 'Name (optional)',
	nameHint: 'Beim Annehmen kann ein anderer gewählt werden.',
	send: 'Einladung senden',
	sent: (email: string) =>
		`Eine Einladung ging an ${email}. Der Link darin gilt einmal und sieben Tage lang.`,
	open: 'Noch nicht angenommen',
	none: 'Zurzeit ist niemand eingeladen.',
	by: 'von',
	sentAt: 'gesendet',
	until: 'bis',
	over: 'Abgelaufen',
	withdraw: 'Zurückziehen',
	withdrawLabel: (email: string) => `Die Einladung an ${email} zurückziehen`,
	withdrawn: 'Die Einladung wurde zurückgezogen. Ihr Link gilt nicht mehr.',
	ended: 'Angenommen oder zurückgezogen'
};
