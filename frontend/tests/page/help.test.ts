/** The help page: the keys, the health of the service, its version, and for admins settings and signing keys. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, test } from 'vitest';
import {
	RotateSigningKeys,
	ServiceInfo,
	SigningKeys,
	type ServiceCheck,
	type ServiceSetting,
	type SigningKeyRow
} from '#lib/graphql/documents.ts';
import { enHelp } from '#lib/messages/en-help.ts';
import { enKeys } from '#lib/messages/en-keys.ts';
import { en } from '#lib/messages/en.ts';
import { actions, load } from '../../src/routes/(app)/help/+page.server.ts';
import Page from '../../src/routes/(app)/help/+page.svelte';
import { Site } from '../document/site.ts';
import { ADMIN, AT, refused } from '../fakes/rows.ts';

let site: Site;
beforeEach(() => (site = new Site('/help', actions)));

const show = (
	checks: ServiceCheck[],
	settings: ServiceSetting[] | null = null,
	signingKeys: SigningKeyRow[] | null = null
) =>
	site.show(Page, {
		data: { version: '1.2.3', checks, settings, signingKeys, built: 0, words: enHelp, keys: enKeys },
		form: null
	} as never);
const check = (name: string) => document.querySelector(`[data-check="${name}"]`)!.textContent!;
const cells = () =>
	[...document.querySelectorAll<HTMLElement>('[data-setting]')].map((row) => [
		row.dataset.setting,
		row.querySelector('td')!.textContent!.trim()
	]);

describe('the health', () => {
	test('is well where no check has a reason to fail', async () => {
		await show([
			{ name: 'reads', reason: null },
			{ name: 'replica_2', reason: null }
		]);
		expect(document.querySelector('[data-health]')!.textContent).toContain(enHelp.well);
		expect(check('reads')).toContain(enHelp.works);
		expect(check('replica_2')).toContain('Replica 2');
	});

	test('names what fails, and why', async () => {
		await show([
			{ name: 'reads', reason: null },
			{ name: 'redis_writing', reason: 'its memory is full' }
		]);
		expect(document.querySelector('[data-health]')!.textContent).toContain(enHelp.failed(1));
		expect(check('redis_writing')).toContain('its memory is full');
		expect(check('redis_writing')).not.toContain(enHelp.works);
		expect(check('reads')).toContain(enHelp.works);
	});

	test('says whether this page is connected, as it is now', async () => {
		await show([]);
		const state = () => document.querySelector('[data-check=live] .state')!.textContent!.trim();
		await waitFor(() => expect(state()).toBe(en.live.live));
		site.socket.drop(1006);
		await waitFor(() => expect(state()).not.toBe(en.live.live));
		await waitFor(() => expect(state()).toBe(en.live.live));
	});
});

test('of a setting the value is shown, and of a secret only that it is set', async () => {
	await show(
		[],
		[
			{ name: 'LOG_LEVEL', value: 'info', isSet: true },
			{ name: 'SECRET_KEY', value: null, isSet: true },
			{ name: 'METRICS_TOKEN', value: null, isSet: false }
		]
	);
	expect(cells()).toEqual([
		['LOG_LEVEL', 'info'],
		['SECRET_KEY', enHelp.set],
		['METRICS_TOKEN', enHelp.unset]
	]);
});

test('without settings there is no heading for them', async () => {
	site.viewer = { ...ADMIN, role: 'MEMBER' };
	await show([]);
	expect(screen.queryByRole('heading', { name: enHelp.settings })).toBeNull();
	expect(document.querySelector('[data-version]')!.textContent).toBe('1.2.3');
});

test('the keys are those of the places that the viewer may see', async () => {
	site.viewer = { ...ADMIN, role: 'MEMBER' };
	await show([]);
	const keys = document.querySelector('#keys')!.textContent!;
	expect(keys).toContain(enKeys.go(en.nav.users));
	expect(keys).not.toContain(enKeys.go(en.nav.activity));
});

describe('the signing keys', () => {
	const key = (kid: string, state: SigningKeyRow['state']): SigningKeyRow => ({
		kid,
		algorithm: 'EdDSA',
		state,
		signsFrom: AT
	});
	const rows = () =>
		[...document.querySelectorAll<HTMLElement>('[data-signing-key]')].map((row) => [
			row.dataset.signingKey,
			row.querySelector('td')!.textContent!.trim()
		]);
	const button = () => screen.getByRole<HTMLButtonElement>('button', { name: enHelp.signing.rotate });

	test('are listed with their states, and a new one waits after the rotation', async () => {
		site.api.on(RotateSigningKeys, () => ({
			rotateSigningKeys: { __typename: 'SigningKeyPayload', signingKey: key('new', 'NEXT') } as never
		}));
		await show([], [], [key('present', 'CURRENT'), key('past', 'ENDED')]);
		expect(rows()).toEqual([
			['present', enHelp.signing.states.CURRENT],
			['past', enHelp.signing.states.ENDED]
		]);
		await fireEvent.submit(button().form!);
		await waitFor(() => expect(rows()[0]).toEqual(['new', enHelp.signing.states.NEXT]));
		expect(button().disabled).toBe(true);
		expect(document.body.textContent).toContain(enHelp.signing.waits);
	});

	test('stay as they are where the rotation is refused, with the reason', async () => {
		site.api.on(RotateSigningKeys, () => ({ rotateSigningKeys: refused('FORBIDDEN') as never }));
		await show([], [], [key('present', 'CURRENT')]);
		await fireEvent.submit(button().form!);
		await screen.findByText(en.problem.FORBIDDEN);
		expect(rows()).toHaveLength(1);
	});

	test('are asked for by an admin only', async () => {
		const info = { version: '1.2.3', checks: [], settings: null };
		site.api.on(ServiceInfo, () => ({ serviceInfo: info as never }));
		site.api.on(SigningKeys, () => ({ signingKeys: [key('present', 'CURRENT')] }));
		const read = (role: 'ADMIN' | 'MEMBER') =>
			load({ locals: { api: site.api }, parent: async () => ({ viewer: { ...ADMIN, role } }) } as never);
		expect(await read('MEMBER')).toMatchObject({ version: '1.2.3', signingKeys: null });
		expect(site.api.variables(SigningKeys)).toEqual([]);
		expect(await read('ADMIN')).toMatchObject({ signingKeys: [{ kid: 'present' }] });
	});

	test('are not there for a member', async () => {
		site.viewer = { ...ADMIN, role: 'MEMBER' };
		await show([]);
		expect(screen.queryByRole('heading', { name: enHelp.signing.title })).toBeNull();
	});
});
