import type { OverviewMessages } from './types.ts';

export const deOverview: OverviewMessages = {
	people: 'Personen',
	online: 'Gerade online',
	byRole: 'Nach Rolle',
	byStatus: 'Nach Status',
	peak: (most) => `Höchstwert: ${most}.`,
	recent: 'Letzte Änderungen',
	seeAll: 'Zum Verlauf',
	memberText: 'Sie sehen aktive Personen. Für den Verlauf fragen Sie einen Admin.',
	serviceTitle: 'Anfragen seit dem Start der API',
	serviceText: 'Gemessen vom API-Prozess, der diese Anfrage beantwortet hat.',
	operation: 'Operation',
	requests: 'Anfragen',
	failed: 'Fehlgeschlagen',
	average: 'Mittelwert',
	slow: 'Langsamer als 250 ms',
	several: 'mehrere gleichzeitig',
	noService: 'Die API teilt der Konsole keine Messwerte mit.',
	figures: { started: 'Anmeldungen', changes: 'Änderungen', failed: 'Fehlgeschlagene Anmeldungen' },
	span: 'Zeitraum',
	spans: { '1': '24 Std.', '7': '7 Tage', '30': '30 Tage', '90': '90 Tage' },
	lastDays: {
		'1': 'Letzte 24 Stunden',
		'7': 'Letzte 7 Tage',
		'30': 'Letzte 30 Tage',
		'90': 'Letzte 90 Tage'
	},
	period: 'Zeitraum ab',
	inPeriod: (n, start) => `${n.toLocaleString('de')} ab ${start}`,
	now: 'Jetzt'
};
