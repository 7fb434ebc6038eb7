import type { FirstMessages } from './types.ts';

export const deFirst: FirstMessages = {
	title: 'Noch sind Sie hier allein',
	lead: 'Drei Wege für den Anfang. Mit der zweiten Person verschwindet dieser Hinweis.',
	add: { name: 'Person hinzufügen', text: 'Mit Name und E-Mail, mit oder ohne Passwort.' },
	import: {
		name: 'Liste importieren',
		text: 'Eine CSV- oder NDJSON-Datei, geprüft, bevor etwas geschrieben wird.'
	},
	connect: {
		name: 'App verbinden',
		text: 'Die API ausprobieren und sehen, wie sich ein Programm anmeldet und Änderungen verfolgt.'
	}
};
