import type { KeysMessages } from './types.ts';

export const deKeys: KeysMessages = {
	title: 'Tastatur',
	search: 'Suchen',
	filter: 'Filtern',
	down: 'Nächste Zeile',
	up: 'Vorige Zeile',
	open: 'Zeile öffnen',
	select: 'Zeile auswählen',
	range: 'Bis zu dieser Zeile auswählen',
	extend: 'Nächste Zeile mit auswählen',
	actions: 'Aktionen für die ausgewählten Zeilen',
	undo: 'Letzte Änderung zurücknehmen',
	palette: 'Befehle',
	help: 'Alle Tasten',
	more: 'Weitere Hilfe',
	go: (place) => `Gehe zu: ${place}`
};
