/** The words of the import. */
import type { ImportMessages } from './types.ts';

const count = (n: number, one: string, many: string) => `${n.toLocaleString('de')} ${n === 1 ? one : many}`;

export const deImport: ImportMessages = {
	lead: 'Eine CSV-Datei oder eingefügte Zeilen mit den Spalten email, name und role. Gespeichert wird erst, wenn Sie es bestätigen.',
	checkText:
		'Zuerst werden die Zeilen geprüft. Wer schon ein Konto hat, bleibt unverändert; Sie sehen es im Ergebnis.',
	limits: (lines, kilobytes) =>
		`Höchstens ${lines.toLocaleString('de')} Zeilen oder ${kilobytes} kB auf einmal; für mehr gibt es „rollcall import“.`,
	tooLarge: (kilobytes) => `Die Datei ist größer als ${kilobytes} kB.`,
	columns: 'role ist member, auditor oder admin; fehlt sie, gilt member.',
	email: 'E-Mail',
	name: 'Name',
	role: 'Rolle',
	left: (n) =>
		`${count(n, 'Zeile ist fehlerhaft und wird', 'Zeilen sind fehlerhaft und werden')} ausgelassen.`,
	alreadyHere: (n) => `${n.toLocaleString('de')} schon da`,

	stopped: 'Nicht angelegt',
	change: 'Liste ändern',
	rest: 'Import fortsetzen',
	file: 'CSV-Datei',
	paste: 'Oder Zeilen einfügen',
	check: 'Prüfen',
	run: (n) => `${count(n, 'Person', 'Personen')} anlegen`,
	line: 'Zeile',
	result: 'Ergebnis',
	ready: 'Bereit',
	added: 'Angelegt',
	exists: 'Schon da',
	summary: (ready, bad) => (bad ? `${ready} bereit, ${bad} fehlerhaft` : `${ready} bereit`),
	finished: (ok, failed) => (failed ? `${ok} angelegt, ${failed} fehlgeschlagen` : `${ok} angelegt`),
	empty: 'Es gibt keine Zeilen zu lesen.',
	tooMany: (max) => `Höchstens ${max.toLocaleString('de')} Zeilen auf einmal.`,
	needsEmail: 'Die erste Zeile muss die Spalten nennen, eine davon email.',
	badEmail: 'Das ist keine gültige E-Mail-Adresse.',
	badRole: 'Die Rolle muss member, auditor oder admin sein.',
	noName: 'Der Name fehlt.',
	longName: 'Der Name ist länger als 200 Zeichen.',
	duplicate: (line) => `Dieselbe E-Mail-Adresse wie in Zeile ${line}.`,
	again: 'Noch eine Liste importieren',
	example: 'email,name,role'
};
