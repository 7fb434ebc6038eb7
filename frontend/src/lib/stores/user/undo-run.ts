/** Takes back what a toast is about, and says what came of it; loaded when it is first asked for. */
import { loadChangeMessages } from '#lib/messages/change.ts';
import type { I18n } from '#lib/stores/i18n.svelte.ts';
import type { Toasts } from '#lib/stores/toasts.svelte.ts';
import type { Changed, Owner } from '#lib/types/actions.ts';
import type { Result } from '#lib/utils/user/carry-out.ts';
import { takeBack } from '#lib/utils/user/take-back.ts';
import { run } from '#lib/utils/graphql.ts';
import { pool } from '#lib/utils/pool.ts';
import { formError } from '#lib/utils/problems.ts';
import { raised } from '#lib/utils/refusal.ts';

const AT_ONCE = 4;

/** What one visitor has taken back since the page was loaded. */
class History {
	/** The versions made by taking something back, by the one that each is equal to: `id:version`. */
	readonly equals = new Map<string, number>();
}

const histories = new WeakMap<Toasts, History>();

function historyOf(toasts: Toasts): History {
	const known = histories.get(toasts) ?? new History();
	histories.set(toasts, known);
	return known;
}

/** The reasons of those that could not be taken back. */
async function takeEachBack(
	history: History,
	changes: readonly Changed[],
	owner: Owner
): Promise<{ name: string; result: Extract<Result, { kind: 'refused' }> }[]> {
	const refused: { name: string; result: Extract<Result, { kind: 'refused' }> }[] = [];
	await pool(changes, AT_ONCE, async (change) => {
		const { before, after } = change;
		const version = history.equals.get(`${after.id}:${after.version}`);
		const result = await takeBack(run, change, version).catch(raised);
		if (result.kind === 'refused') return void refused.push({ name: after.displayName, result });
		history.equals.set(`${after.id}:${before.version}`, result.user.version);
		owner.took(result.user);
	});
	return refused;
}

export async function takeAllBack(
	toasts: Toasts,
	i18n: I18n,
	changes: readonly Changed[],
	owner: Owner
): Promise<void> {
	const m = await loadChangeMessages(i18n.locale);
	const end = owner.begin?.();
	const refused = await takeEachBack(historyOf(toasts), changes, owner).finally(() => end?.());
	const done = changes.length - refused.length;
	if (done) toasts.ok(m.undone(done, changes[0]?.before.displayName ?? ''));
	const reasons = refused.map(({ name, result }) => `${name}: ${formError(i18n.m, result.refusal)}`);
	if (reasons.length) toasts.error(m.notUndone(reasons));
}
