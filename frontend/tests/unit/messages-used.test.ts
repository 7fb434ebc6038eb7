/** Every text of the catalogue is shown somewhere: one that nobody asks for fails here. */
import { expect, test } from 'vitest';
import { enAccount } from '#lib/messages/en-account.ts';
import { enApiKeys } from '#lib/messages/en-api-keys.ts';
import { enChange } from '#lib/messages/en-change.ts';
import { enDevelopers } from '#lib/messages/en-developers.ts';
import { enEvents } from '#lib/messages/en-events.ts';
import { enEventTypes } from '#lib/messages/en-event-types.ts';
import { enExplorer } from '#lib/messages/en-explorer.ts';
import { enFirst } from '#lib/messages/en-first.ts';
import { enHelp } from '#lib/messages/en-help.ts';
import { enImport } from '#lib/messages/en-import.ts';
import { enKeys } from '#lib/messages/en-keys.ts';
import { enLeave } from '#lib/messages/en-leave.ts';
import { enLinks } from '#lib/messages/en-links.ts';
import { enInvitations } from '#lib/messages/en-invitations.ts';
import { enOwnEmail } from '#lib/messages/en-own-email.ts';
import { enNew } from '#lib/messages/en-new.ts';
import { enViews } from '#lib/messages/en-views.ts';
import { enPasskey } from '#lib/messages/en-passkey.ts';
import { enPalette } from '#lib/messages/en-palette.ts';
import { enOverview } from '#lib/messages/en-overview.ts';
import { enRecord } from '#lib/messages/en-record.ts';
import { enReset } from '#lib/messages/en-reset.ts';
import { enRow } from '#lib/messages/en-row.ts';
import { enSignIn } from '#lib/messages/en-sign-in.ts';
import { enWebhooks } from '#lib/messages/en-webhooks.ts';
import { en } from '#lib/messages/en.ts';
import type { LiveState } from '#lib/stores/live/live.svelte.ts';
import { BULK_ACTIONS } from '#lib/types/actions.ts';
import { LEADS_TO } from '#lib/utils/user/bulk.ts';
import { consoleSources } from '../../scripts/import-cycles.js';

/** The keys of the texts, as paths: users.filter.role.any. */
function paths(tree: object, before: string[] = []): string[][] {
	return Object.entries(tree).flatMap(([key, value]) =>
		typeof value === 'object' && value !== null
			? paths(value as object, [...before, key])
			: [[...before, key]]
	);
}

const sources = Object.entries(consoleSources())
	.filter(([file]) => !file.startsWith('src/lib/messages/'))
	.map(([, source]) => source);

/** Groups of which only some texts are taken by a key that is computed: those keys. */
const COMPUTED: Partial<Record<string, readonly string[]>> = {
	user: Object.keys(LEADS_TO),
	bulk: BULK_ACTIONS,
	live: ['connecting', 'live', 'catchingUp', 'offline', 'refused'] satisfies LiveState[]
};

/** Whether some source names the text, or takes one of its group by a key it computes or under another name. */
function isUsed(path: string[], all = sources): boolean {
	const groups = path.map((_, depth) => path.slice(0, depth).join('\\.')).filter(Boolean);
	const open = groups.filter((group, depth) => COMPUTED[group]?.includes(path[depth + 1]!) ?? true);
	const named = new RegExp(`\\bm\\??\\.${path.join('\\.')}\\b`);
	// A page's own words have no groups.
	const computed = new RegExp(groups.length ? `\\bm\\.(${open.join('|') || '-'})\\[` : '\\bwords\\.m\\[');
	const taken = new RegExp(`\\bm\\.(${groups.join('|') || '-'})\\b(?![.\\w[(])`);
	/** By its own name, or by a key that is computed. */
	const member = new RegExp(`\\.${path.at(-1)}\\b|\\w\\[`);
	return all.some(
		(source) => named.test(source) || computed.test(source) || (taken.test(source) && member.test(source))
	);
}

test('no text is left over', () => {
	const all = [
		...paths(en),
		...paths(enAccount),
		...paths(enApiKeys),
		...paths(enChange),
		...paths(enDevelopers),
		...paths(enEvents),
		...paths(enEventTypes),
		...paths(enExplorer),
		...paths(enFirst),
		...paths(enImport),
		...paths(enKeys),
		...paths(enLeave),
		...paths(enLinks),
		...paths(enInvitations),
		...paths(enOwnEmail),
		...paths(enNew),
		...paths(enHelp),
		...paths(enViews),
		...paths(enPalette),
		...paths(enPasskey),
		...paths(enOverview),
		...paths(enRecord),
		...paths(enReset),
		...paths(enRow),
		...paths(enSignIn),
		...paths(enWebhooks)
	];
	expect(all.filter((path) => !isUsed(path)).map((path) => path.join('.'))).toEqual([]);
});

test('one that is left over would be found', () => {
	for (const group of ['users', 'user', 'bulk']) expect(isUsed([group, 'forgotten'])).toBe(false);
	expect(isUsed(['bulk', 'enable'], ['{i18n.m.bulk[action]}'])).toBe(true);
	expect(isUsed(['a', 'b'], ['{i18n.m.a.b}'])).toBe(true);
	expect(isUsed(['a', 'b'], ['{i18n.m.a[key]}'])).toBe(true);
	expect(isUsed(['a', 'b'], ['const words = $derived(i18n.m.a); words.b'])).toBe(true);
	expect(isUsed(['a', 'b'], ['{i18n.m.a.bc}'])).toBe(false);
});
