import type { ChangeMessages } from './types.ts';

const number = (n: number) => n.toLocaleString('de');
const count = (n: number, one: string, many: string) => `${number(n)} ${n === 1 ? one : many}`;

export const deChange: ChangeMessages = {
	title: 'Änderung bestätigen',
	nobody: 'Es ist niemand ausgewählt, oder die Personen gibt es nicht mehr.',
	picked: (n, parts) => `${number(n)} ausgewählt: ${parts}.`,
	status: {
		ACTIVE: (n) => `${number(n)} aktiv`,
		DISABLED: (n) => `${number(n)} gesperrt`,
		DELETED: (n) => `${number(n)} gelöscht`
	},
	role: {
		MEMBER: (n) => count(n, 'Mitglied', 'Mitglieder'),
		AUDITOR: (n) => `${number(n)} Prüfer`,
		ADMIN: (n) => count(n, 'Admin', 'Admins')
	},
	will: (n) => (n ? `${count(n, 'Person ändert', 'Personen ändern')} sich.` : 'Es ändert sich niemand.'),
	already: (n, state) =>
		`${count(n, 'ist schon', 'sind schon')} „${state}“ und ${n === 1 ? 'bleibt' : 'bleiben'} unverändert.`,
	impossible: {
		deleted: (n) => `${count(n, 'ist', 'sind')} gelöscht: erst wiederherstellen.`,
		disabled: (n) => `${count(n, 'ist', 'sind')} gesperrt, nicht gelöscht: bitte entsperren.`
	},
	grants: (n) =>
		`${count(n, 'Person kann', 'Personen können')} danach alles sehen und ändern: Profil, Rolle, Status und Sitzungen aller Personen, auch Ihre.`,
	takes: (n) =>
		`${count(n, 'Admin kann', 'Admins können')} danach niemanden mehr anlegen oder ändern. Nur ein Admin kann das rückgängig machen.`,
	self: 'Sie selbst sind darunter und bleiben ausgenommen.',
	withSelf: 'Mich auch ändern: Ich werde abgemeldet, und nur ein anderer Admin kann das rückgängig machen.',
	more: (n) => `und ${number(n)} weitere`,
	alreadyDone: 'War schon so',
	result: (changed, already, failed) =>
		[
			`${count(changed, 'Person', 'Personen')} geändert`,
			already ? `${number(already)} schon so` : '',
			failed ? `${number(failed)} fehlgeschlagen` : ''
		]
			.filter(Boolean)
			.join(', '),
	undone: (n, name) => (n === 1 ? `${name} ist wie vorher` : `${number(n)} Personen sind wie vorher`),
	notUndone: (reasons) =>
		`Nicht rückgängig gemacht: ${reasons.slice(0, 3).join(' ')}${reasons.length > 3 ? ` Und ${number(reasons.length - 3)} weitere.` : ''}`,
	confirmTitle: (action, n) => `${count(n, 'Person', 'Personen')}: ${action}?`,
	roleTitle: (role, whom) =>
		`Rolle von ${typeof whom === 'number' ? count(whom, 'Person', 'Personen') : whom} auf „${role}“ ändern?`,
	disableText: 'Sie werden sofort abgemeldet und können sich erst nach dem Entsperren wieder anmelden.',
	deleteText: 'Sie werden abgemeldet und für Mitglieder unsichtbar. Sie lassen sich wiederherstellen.',
	roleText: 'Die Rechte ändern sich sofort; Sitzungen mit mehr Rechten enden.',
	running: (done, all) => `${done} von ${all}`,
	stop: 'Anhalten',
	stopped: 'Angehalten',
	results: 'Ergebnisse',
	ok: 'Erledigt',
	pending: 'Wartet',
	revert: {
		title: (name) => `Änderung an ${name} zurücknehmen?`,
		now: 'Jetzt',
		then: 'Danach',
		confirm: 'Zurücknehmen',
		later: (who, at) =>
			`${who ?? 'Jemand'} hat dasselbe danach noch einmal geändert (${at}). Das würde überschrieben und bleibt deshalb, wie es ist.`,
		impossible:
			'Das lässt sich nicht zurücknehmen: Die Person gibt es nicht mehr, oder sie ist nicht mehr so, wie diese Änderung sie gemacht hat.'
	},
	power: {
		roleTitle: (name, before, after) => `${name}: ${before} → ${after}?`,
		grants: (name) =>
			`${name} kann danach alles sehen und ändern: Profil, Rolle, Status und Sitzungen aller Personen, auch Ihre.`,
		takes: (name) =>
			`${name} kann danach niemanden mehr anlegen oder ändern und muss sich neu anmelden. Nur ein Admin kann das rückgängig machen.`,
		lowers: (name) =>
			`${name} sieht danach weder das Protokoll noch E-Mail-Adressen noch Personen, die nicht aktiv sind, und muss sich neu anmelden.`,
		self: 'Das sind Sie: Sie werden abgemeldet, und nur ein anderer Admin kann das rückgängig machen.'
	}
};
