import type { ViewMessages } from './types.ts';

export const deViews: ViewMessages = {
	label: 'Ansichten',
	open: 'Ansicht',
	own: 'Eigene',
	everyone: 'Alle',
	admins: 'Admins',
	columns: 'Spalten',
	columnsHint: 'In einem schmalen Fenster haben nur einige Platz.',
	density: 'Zeilenhöhe',
	densities: { comfortable: 'Normal', compact: 'Kompakt' },
	apply: 'Übernehmen',
	close: 'Schließen',
	copy: 'Link kopieren',
	copied: 'Link kopiert',
	name: 'Name der Ansicht',
	lead: 'Speichert Filter, Sortierung und Aussehen in diesem Browser.',
	save: 'Als Ansicht speichern',
	update: 'Speichern',
	replace: 'Ersetzen',
	rename: 'Umbenennen',
	remove: 'Löschen',
	alwaysOpen: 'Immer mit dieser Ansicht öffnen',
	neverOpen: 'Nicht mehr damit öffnen',
	opensFirst: 'Diese Liste öffnet sich mit dieser Ansicht.',
	changed: 'Seit dem Speichern geändert.',
	unsaved: 'Diese Ansicht ist in diesem Browser nicht gespeichert.',
	saved: (name) => `Die Ansicht „${name}“ wurde gespeichert`,
	renamed: (name) => `Die Ansicht heißt jetzt „${name}“`,
	removed: (name) => `Die Ansicht „${name}“ wurde gelöscht`,
	refused: {
		nameless: 'Geben Sie einen Namen für die Ansicht ein.',
		taken: 'Es gibt schon eine Ansicht mit diesem Namen.',
		full: 'Für eine weitere Ansicht ist kein Platz. Löschen Sie zuerst eine.',
		unknown: 'Diese Ansicht gibt es in diesem Browser nicht mehr.'
	},
	failed: 'Die Ansicht konnte nicht gespeichert werden. Versuchen Sie es noch einmal.'
};
