/** The words of the import. */
import type { ImportMessages } from './types.ts';

const count = (n: number, one: string, many: string) => `${n.toLocaleString('de')} ${n === 1 ? one : many}`;

export const deImport: ImportMessages = {
	lead: 'Personen aus einer CSV- oder NDJSON-Datei importieren, etwa aus dem Export eines anderen Verzeichnisses. Die Datei wird zuerst geprüft; gespeichert wird erst, wenn Sie es bestätigen.',
	file: 'Datei',
	kept: (name) => `${name} ist noch ausgewählt. Wählen Sie eine andere Datei, um sie zu ersetzen.`,
	chooseAgain: 'Wählen Sie die Datei noch einmal aus, um sie zu importieren.',
	paste: 'Oder Zeilen einfügen',
	columns:
		'Nötig ist nur email; neue Personen brauchen auch einen Namen. Fehlt eine Spalte oder ist eine Zelle leer, bleibt der Wert bekannter Personen, wie er ist. Neue Personen werden aktive Mitglieder.',
	options: 'Zeichenkodierung und Herkunft',
	encoding: 'Zeichenkodierung',
	detect: 'UTF-8 oder wie in der Datei angegeben',
	encodings: {
		'windows-1252': 'Westeuropäisch (Windows-1252)',
		'windows-1250': 'Mitteleuropäisch (Windows-1250)',
		'windows-1251': 'Kyrillisch (Windows-1251)',
		'windows-1253': 'Griechisch (Windows-1253)',
		'windows-1254': 'Türkisch (Windows-1254)',
		'mac-roman': 'Westeuropäisch (Mac)',
		shift_jis: 'Japanisch (Shift JIS)',
		gb18030: 'Chinesisch (GB 18030)',
		'utf-16-le': 'UTF-16 ohne Markierung'
	},
	origin: 'Exportiert aus',
	recognize: 'Am Kopf erkennen',
	check: 'Datei prüfen',
	checkText: 'Zeigt, was mit jeder Zeile geschehen würde.',

	checking: 'Datei wird geprüft …',
	uploading: 'Wird hochgeladen …',
	importing: 'Wird importiert …',
	upTo: (line) => `${count(line, 'Zeile', 'Zeilen')} fertig`,
	waiting: (seconds) => `Es laufen schon andere Importe. Dieser geht in ${seconds} s weiter.`,
	checked: 'Geprüft. Gespeichert ist noch nichts.',
	done: 'Import abgeschlossen.',
	stopped: (line) =>
		line ? `Nach Zeile ${line.toLocaleString('de')} angehalten.` : 'Vor der ersten Zeile angehalten.',
	broken: (line) => `Nach Zeile ${line.toLocaleString('de')} unterbrochen.`,
	brokenText: 'Die Verbindung ist abgebrochen. Was importiert ist, bleibt importiert.',
	signedOut:
		'Sie sind nicht mehr angemeldet. Melden Sie sich in einem anderen Tab wieder an und setzen Sie den Import dann hier fort.',
	stop: 'Anhalten',
	goOn: 'Fortsetzen',
	run: (n) => `${count(n, 'Person', 'Personen')} importieren`,
	nothing: 'Es würde sich nichts ändern: Alle Personen dieser Datei sind schon auf diesem Stand.',
	noRows: 'Die Datei hat einen Kopf, aber keine Zeilen.',
	another: 'Andere Datei wählen',
	again: 'Weitere Datei importieren',
	home: 'Zu den Personen',

	created: { planned: 'Würden angelegt', done: 'Angelegt' },
	updated: { planned: 'Würden geändert', done: 'Geändert' },
	unchanged: { planned: 'Schon auf diesem Stand', done: 'Schon auf diesem Stand' },
	refused: { planned: 'Abgelehnt', done: 'Abgelehnt' },
	roleChanges: { planned: 'Rollen würden sich ändern', done: 'Rollen geändert' },
	statusChanges: { planned: 'Status würden sich ändern', done: 'Status geändert' },
	figures: 'Was mit den Zeilen geschieht',
	readAs: 'Gelesen als',
	vendorExport: (vendor) => `Export aus ${vendor}`,
	separators: { ',': 'Kommas', ';': 'Semikolons', '\t': 'Tabulatoren', '|': 'senkrechte Striche' },
	separatedBy: (separator) => `Trennzeichen: ${separator}`,
	unused: 'Nicht verwendete Spalten',

	access: 'Änderungen von Rolle und Status',
	accessText: 'Prüfen Sie diese Zeilen genau: Sie ändern, was Personen dürfen.',
	line: 'Zeile',
	email: 'E-Mail',
	name: 'Name',
	role: 'Rolle',
	status: 'Status',
	verified: 'E-Mail bestätigt',
	change: 'Änderung',
	more: (n) => `${n.toLocaleString('de')} weitere anzeigen`,
	hidden: (n) =>
		n === 1
			? '1 weitere Zeile wird gezeigt, sobald einige von diesen berichtigt sind.'
			: `${n.toLocaleString('de')} weitere Zeilen werden gezeigt, sobald einige von diesen berichtigt sind.`,

	refusedTitle: 'Abgelehnte Zeilen',
	refusedText: {
		planned:
			'Der Rest der Datei kann ohne sie importiert werden. Berichtigen Sie sie hier oder in Ihrer Datei.',
		done: 'Alles andere ist importiert. Berichtigen Sie diese Zeilen hier und importieren Sie sie.'
	},
	refusedInFile: {
		planned: 'Der Rest der Datei kann ohne sie importiert werden. Berichtigen Sie sie in Ihrer Datei.',
		done: 'Alles andere ist importiert. Berichtigen Sie diese Zeilen in Ihrer Datei und importieren Sie sie noch einmal.'
	},
	reason: 'Grund',
	asRead: 'In der Datei',
	unsaid: '–',
	cell: (name, line) => `${name}, Zeile ${line}`,
	correct: {
		planned: (n) => `${count(n, 'berichtigte Zeile', 'berichtigte Zeilen')} prüfen`,
		done: (n) => `${count(n, 'berichtigte Zeile', 'berichtigte Zeilen')} importieren`
	},
	correctAny: { planned: 'Berichtigte Zeilen prüfen', done: 'Berichtigte Zeilen importieren' },
	correctHint: 'Ändern Sie oben eine Zelle, um ihre Zeile zu berichtigen.',
	ready: (n) =>
		n === 1
			? '1 berichtigte Zeile ist in Ordnung und wird nach der Datei importiert.'
			: `${n.toLocaleString('de')} berichtigte Zeilen sind in Ordnung und werden nach der Datei importiert.`,
	allCorrected: 'Keine Zeile ist mehr abgelehnt.',
	download: 'Als CSV herunterladen',
	downloadName: 'abgelehnte-zeilen',

	problem: {
		empty: 'Wählen Sie eine Datei oder fügen Sie Zeilen ein.',
		notUtf8: (line) =>
			`Diese Datei ist nicht UTF-8 (Zeile ${line}). Wählen Sie unten ihre Zeichenkodierung oder speichern Sie sie als „CSV UTF-8“.`,
		notEncoding: (encoding, line) =>
			`Diese Datei ist nicht ${encoding} (Zeile ${line}). Wählen Sie eine andere Zeichenkodierung.`,
		utf16:
			'Diese Datei sieht nach UTF-16 aus. Wählen Sie unten diese Zeichenkodierung oder speichern Sie sie als „CSV UTF-8“.',
		needsEmail: (names) =>
			`In der ersten Zeile fehlt eine Spalte für die E-Mail-Adresse. Vorhanden: ${names}`,
		twice: (column) => `Die erste Zeile nennt die Spalte ${column} zweimal. Entfernen Sie eine davon.`,
		header: 'Die erste Zeile ist kein CSV: Ein Anführungszeichen steht falsch.',
		tooLarge: 'Diese Datei ist zu groß. Teilen Sie sie oder verwenden Sie „rollcall import“.',
		tooSlow: 'Das Hochladen hat zu lange gedauert. Teilen Sie die Datei oder verwenden Sie „rollcall import“.'
	},
	reasons: {
		noName: 'Diese Person ist neu und braucht einen Namen.',
		role: 'Die Rolle muss member, auditor oder admin sein.',
		status: 'Der Status muss active oder disabled sein.',
		verified: 'Schreiben Sie true oder false.',
		missing: 'Dieses Feld fehlt.',
		duplicate: (line) => `Dieselbe E-Mail-Adresse wie in Zeile ${line}.`,
		duplicateEarlier: 'Dieselbe E-Mail-Adresse wie in einer früheren Zeile.',
		fields: (has, needs) => `Die Zeile hat ${has} Zellen, der Kopf hat ${needs}.`,
		quotes: 'Nach einem schließenden Anführungszeichen folgt noch Text.',
		unclosed:
			'Ein Anführungszeichen wird nie geschlossen. Die folgenden Zeilen wurden als eigene Zeilen gelesen.',
		lineBreak: 'Eine Zelle enthält einen Zeilenumbruch.',
		lost: 'Beim Speichern der Datei ging ein Zeichen verloren (�). Schreiben Sie es neu.',
		tooLong: 'Zu lang.',
		notJson: 'Die Zeile ist kein JSON-Objekt.'
	}
};
