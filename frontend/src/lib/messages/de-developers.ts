/** The words of the API page. */
import type { DevelopersMessages } from './types.ts';

export const deDevelopers: DevelopersMessages = {
	title: 'API',
	lead: 'Drei Schnittstellen zu denselben Daten, mit denselben Regeln.',
	graphql: 'GraphQL',
	graphqlText: 'Alles: Abfragen, Änderungen und Ablehnungen mit Typ.',
	live: 'Subscriptions',
	liveText: 'Dieselbe Adresse über WebSocket: jede Änderung, der Reihe nach, ohne Lücke.',
	rest: 'REST v1',
	restText: 'Für bestehende Clients. Beschrieben durch ein OpenAPI-Dokument.',
	openapi: 'OpenAPI-Dokument',
	docs: 'Referenz lesen',
	examples: 'Fertige Beispiele',
	examplesText: 'Sie nutzen Ihr eigenes Konto.',
	signInStep: 'Token anfordern',
	signInText: 'Es gilt einige Minuten; mit dem Refresh-Token erhalten Sie das nächste.',
	explorer: 'Explorer',
	explorerText: 'Läuft mit Ihrer Sitzung. Ausführen mit Strg+Enter.',
	language: 'Sprache der Beispiele',
	query: 'Abfragen',
	change: 'Ändern',
	follow: 'Verfolgen',
	copyCode: (what) => `Kopieren: ${what}`,
	openExplorer: 'Explorer öffnen',
	noScript: 'Der Explorer braucht JavaScript, die Beispiele oben nicht.'
};
