import type { PaletteMessages } from './types.ts';

export const dePalette: PaletteMessages = {
	title: 'Befehle',
	placeholder: 'Person oder Befehl suchen',
	invitations: 'Einladungen',
	people: 'Personen',
	commands: 'Befehle',
	theme: (name) => `Farbschema: ${name}`
};
