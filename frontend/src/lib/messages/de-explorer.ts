/** The words of the explorer: they come with it, when it is shown. */
import type { ExplorerMessages } from './types.ts';

const count = (n: number, one: string, many: string) => `${n.toLocaleString('de')} ${n === 1 ? one : many}`;

export const deExplorer: ExplorerMessages = {
	operation: 'Operation',
	variables: 'Variablen',
	answer: 'Antwort',
	run: 'Ausführen',
	running: 'Läuft …',
	took: (ms) => `${ms} ms`,
	schema: 'Schema',
	schemaSearch: 'Typ oder Feld suchen',
	insert: 'Einfügen',
	badVariables: 'Die Variablen sind kein gültiges JSON.',
	stop: 'Anhalten',
	listening: 'Empfängt',
	noOperation: 'Es gibt noch keine Operation.',
	empty: 'Hier erscheint die Antwort.',
	messages: (n) => count(n, 'Nachricht', 'Nachrichten'),
	failed: 'Mit Fehlern',
	root: 'Alle Operationen',
	useLabel: (name) => `${name} einfügen`,
	nothing: 'Kein Eintrag mit diesem Namen'
};
