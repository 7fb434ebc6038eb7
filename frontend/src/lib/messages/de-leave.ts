import type { LeaveMessages } from './types.ts';

export const deLeave: LeaveMessages = {
	title: { edits: 'Seite ohne Speichern verlassen?', import: 'Import abbrechen?' },
	text: {
		edits:
			'Ihre Eingaben auf dieser Seite sind nicht gespeichert. Wenn Sie die Seite verlassen, gehen sie verloren.',
		import:
			'Der Import läuft noch und endet, wenn Sie die Seite verlassen. Bereits importierte Personen bleiben erhalten.'
	},
	stay: 'Bleiben',
	leave: 'Verlassen'
};
