import type { KeysMessages } from './types.ts';

export const deKeys: KeysMessages = {
	title: 'Tastatur',
	search: 'Suchen',
	filter: 'Filtern',
	down: 'Nächste Zeile',
	up: 'Vorige Zeile',
	open: 'Zeile öffnen',
	peek: 'Person neben der Liste zeigen',
	menu: 'Menü der Zeile',
	role: 'Rolle ändern',
	status: 'Status ändern',
	select: 'Zeile auswählen',
	range: 'Bis zu dieser Zeile auswählen',
	extend: 'Nächste Zeile mit auswählen',
	escape: 'Person ausblenden, dann Auswahl aufheben',
	actions: 'Aktionen für die ausgewählten Zeilen',
	undo: 'Letzte Änderung zurücknehmen',
	palette: 'Befehle',
	help: 'Alle Tasten',
	more: 'Weitere Hilfe',
	go: (place) => `Gehe zu: ${place}`
};
