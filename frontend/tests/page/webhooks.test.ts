/** Webhooks: the list of endpoints and one endpoint with its deliveries, kept current, and what without script. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
	CreateWebhookEndpoint,
	DeleteWebhookEndpoint,
	RedeliverFailedWebhooks,
	RedeliverWebhook,
	RotateWebhookSecret,
	UpdateWebhookEndpoint,
	type DeliveryRow,
	type EndpointRow
} from '#lib/graphql/documents.ts';
import { enWebhooks as m } from '#lib/messages/en-webhooks.ts';
import { en } from '#lib/messages/en.ts';
import { webhookAddress } from '#lib/utils/webhook/address.ts';
import { actions } from '../../src/routes/(app)/webhooks/+page.server.ts';
import Page from '../../src/routes/(app)/webhooks/+page.svelte';
import { actions as endpointActions } from '../../src/routes/(app)/webhooks/[id]/+page.server.ts';
import EndpointPage from '../../src/routes/(app)/webhooks/[id]/+page.svelte';
import { visits } from '../document/kit/navigation.ts';
import { Site, until } from '../document/site.ts';
import { ADMIN, AT, DONE, event, refused } from '../fakes/rows.ts';

const SECRET = 'whsec_c2VjcmV0';
const URL_OF = 'https://payroll.example.com/hook';
const endpoint = (id: string, more: Partial<EndpointRow> = {}): EndpointRow => ({
	id,
	name: `Endpoint ${id}`,
	url: URL_OF,
	types: [],
	enabled: true,
	createdAt: AT,
	updatedAt: AT,
	previousSecretUntil: null,
	...more
});
const delivery = (id: string, more: Partial<DeliveryRow> = {}): DeliveryRow => ({
	id,
	type: 'USER_CREATED',
	eventId: `event-of-${id}`,
	state: 'DELIVERED',
	attempts: 1,
	queuedAt: AT,
	nextAttemptAt: null,
	lastAttemptAt: AT,
	lastStatus: 200,
	lastError: null,
	...more
});
const FAILED = delivery('d1', { state: 'FAILED', lastStatus: 500, lastError: 'The receiver answered 500' });
const NO_PAGES = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
const secretOf = (one: EndpointRow) =>
	({ __typename: 'WebhookSecretPayload', secret: SECRET, webhookEndpoint: one }) as never;
const stored = (one: EndpointRow) =>
	({ __typename: 'WebhookEndpointPayload', webhookEndpoint: one }) as never;

let site: Site;
const form = (name: string) => document.querySelector<HTMLFormElement>(`form[data-form="${name}"]`)!;
const field = (of: string, name: string) => form(of).querySelector<HTMLInputElement>(`[name=${name}]`)!;
const type = (of: string, name: string, value: string) =>
	fireEvent.input(field(of, name), { target: { value } });
const tick = (of: string, kind: string) =>
	fireEvent.click(form(of).querySelector(`[name=types][value=${kind}]`)!);
const secret = () => document.querySelector('[data-secret] code')?.textContent;

describe('the endpoints', () => {
	beforeEach(() => (site = new Site('/webhooks', actions)));
	const show = (endpoints: EndpointRow[], answer: unknown = null) =>
		site.show(Page, { data: { endpoints, cursor: 'head', viewer: ADMIN }, form: answer });
	const names = () =>
		[...document.querySelectorAll('[data-endpoint]')].map(
			(row) => row.querySelector('p > :first-child')!.textContent
		);

	test('one is made with what was chosen, and its secret is shown once', async () => {
		site.api.on(CreateWebhookEndpoint, () => ({ createWebhookEndpoint: secretOf(endpoint('2')) }));
		await show([endpoint('1')]);
		await type('createEndpoint', 'name', 'Endpoint 2');
		await type('createEndpoint', 'url', ` ${URL_OF} `);
		await tick('createEndpoint', 'USER_DISABLED');
		await tick('createEndpoint', 'USER_CREATED');
		await fireEvent.submit(form('createEndpoint'));
		await waitFor(() => expect(secret()).toBe(SECRET));
		expect(document.body.textContent).toContain(m.once);
		expect(names()).toEqual(['Endpoint 2', 'Endpoint 1']);
		expect(field('createEndpoint', 'name').value).toBe('');
		expect(site.api.variables(CreateWebhookEndpoint)).toEqual([
			{ input: { name: 'Endpoint 2', url: URL_OF, types: ['USER_CREATED', 'USER_DISABLED'] } }
		]);
	});

	test.each([
		['The address must begin with https://, and name a host', m.badUrl],
		['There are 50 endpoints already; delete one first', m.full]
	])('an address that is refused says why beside it: %s', async (message, text) => {
		const fields = [{ field: 'url', message }];
		site.api.on(CreateWebhookEndpoint, () => ({
			createWebhookEndpoint: refused('VALIDATION_ERROR', { fields })
		}));
		await show([]);
		expect(document.body.textContent).toContain(m.none);
		await type('createEndpoint', 'url', 'nowhere');
		await fireEvent.submit(form('createEndpoint'));
		await screen.findByText(text);
		expect(field('createEndpoint', 'url').getAttribute('aria-invalid')).toBe('true');
		expect(secret()).toBeUndefined();
	});

	test('what happens elsewhere is read again', async () => {
		const update = await show([endpoint('1'), endpoint('2', { types: ['USER_CREATED'] })]);
		const sent = [...document.querySelectorAll('[data-endpoint]')].map((row) => row.textContent!);
		expect([m.all, m.some(1)].map((text, at) => sent[at]!.includes(text))).toEqual([true, true]);
		const change = { ...event('x'), type: 'WEBHOOK_ENDPOINT_UPDATED' };
		await site.push('UserEvents', { userEvents: { __typename: 'Event', ...change } });
		await until(() => visits.invalidated.includes('app:webhooks'));
		const endpoints = [endpoint('3'), endpoint('2', { enabled: false })];
		await update({ data: { endpoints, cursor: 'later', viewer: ADMIN } });
		await waitFor(() => expect(names()).toEqual(['Endpoint 3', 'Endpoint 1', 'Endpoint 2']));
		const texts = [...document.querySelectorAll('[data-endpoint]')].map((row) => row.textContent!);
		expect([m.on, m.deleted, m.off].map((text, at) => texts[at]!.includes(text))).toEqual([true, true, true]);
		expect(site.socket.subscriptions('UserEvents')).toHaveLength(1);
	});

	test('without script, what was entered is shown again, and a secret comes with the page', async () => {
		const refusal = { code: 'VALIDATION_ERROR', message: '', fields: { url: 'This is not a valid address' } };
		const kept = { name: 'Payroll', url: 'nowhere', types: ['USER_CREATED'] };
		await show([], { form: 'createEndpoint', refusal, kept });
		expect([field('createEndpoint', 'name').value, field('createEndpoint', 'url').value]).toEqual([
			'Payroll',
			'nowhere'
		]);
		expect(form('createEndpoint').querySelector<HTMLInputElement>('[value=USER_CREATED]')!.checked).toBe(
			true
		);
		expect(form('createEndpoint').querySelector('details')!.open).toBe(true);
		document.body.replaceChildren();
		await show([endpoint('1')], {
			form: 'createEndpoint',
			done: { endpoint: endpoint('1'), secret: SECRET }
		});
		expect(secret()).toBe(SECRET);
	});
});

describe('one endpoint', () => {
	beforeEach(() => {
		site = new Site('/webhooks/1', endpointActions, { id: '1' });
	});
	afterEach(() => void vi.useRealTimers());
	const data = (deliveries: DeliveryRow[], one = endpoint('1')) => ({
		endpoint: one,
		deliveries,
		pageInfo: NO_PAGES,
		query: webhookAddress('1').parse(new URLSearchParams()),
		cursor: 'head',
		viewer: ADMIN
	});
	const show = (deliveries: DeliveryRow[], one = endpoint('1'), answer: unknown = null) =>
		site.show(EndpointPage, { data: data(deliveries, one), form: answer });
	const isRead = () => until(() => visits.invalidated.includes('app:webhooks'));
	const states = () =>
		[...document.querySelectorAll<HTMLElement>('[data-delivery]')].map((row) => row.dataset.state);
	const happens = (kind: string) =>
		site.push('UserEvents', { userEvents: { __typename: 'Event', ...event('x'), type: kind } });

	test('shows why a delivery has failed, and sends it again', async () => {
		site.api.on(RedeliverWebhook, () => ({ redeliverWebhook: DONE }));
		await show([FAILED, delivery('d2')]);
		expect(document.body.textContent).toContain('The receiver answered 500');
		expect(screen.getAllByRole('button', { name: /^Send again: / })).toHaveLength(1);
		await fireEvent.click(document.querySelector('button[value=d1]')!);
		await screen.findByText(m.restarted);
		await isRead();
		expect(site.api.variables(RedeliverWebhook)).toEqual([{ id: 'd1' }]);
	});

	test('sends all that have failed again', async () => {
		site.api.on(RedeliverFailedWebhooks, () => ({ redeliverFailedWebhooks: DONE }));
		await show([FAILED]);
		await fireEvent.click(screen.getByRole('button', { name: m.againAll }));
		await screen.findByText(m.restartedAll);
		expect(site.api.variables(RedeliverFailedWebhooks)).toEqual([{ endpointId: '1' }]);
	});

	test('one that was sent again elsewhere says so', async () => {
		const fields = [{ field: 'id', message: 'Only a delivery that has failed can be repeated' }];
		site.api.on(RedeliverWebhook, () => ({ redeliverWebhook: refused('VALIDATION_ERROR', { fields }) }));
		await show([FAILED]);
		await fireEvent.click(document.querySelector('button[value=d1]')!);
		await screen.findByText(m.notFailed);
		await isRead();
	});

	test('what is sent to it is read again, and what waits until it is done', async () => {
		vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
		const update = await show([]);
		expect(document.body.textContent).toContain(m.noDeliveries);
		vi.advanceTimersByTime(60_000);
		expect(visits.invalidated, 'nothing waits').toEqual([]);
		await happens('USER_CREATED');
		await isRead();
		await update({ data: data([delivery('d1', { state: 'PENDING', lastAttemptAt: null })]) });
		expect(states()).toEqual(['PENDING']);
		visits.invalidated = [];
		vi.advanceTimersByTime(5_000);
		expect(visits.invalidated).toEqual(['app:webhooks']);
		await update({ data: data([delivery('d1')]) });
		vi.advanceTimersByTime(60_000);
		expect(visits.invalidated).toEqual(['app:webhooks']);
	});

	test('follows only the kinds of events that it gets, and its own', async () => {
		await show([], endpoint('1', { types: ['USER_CREATED'] }));
		const { variables } = site.socket.subscriptions('UserEvents')[0]!.payload!;
		expect((variables as { filter: { types: string[] } }).filter.types).toEqual([
			'USER_CREATED',
			'WEBHOOK_ENDPOINT_CREATED',
			'WEBHOOK_ENDPOINT_UPDATED',
			'WEBHOOK_ENDPOINT_DELETED',
			'WEBHOOK_SECRET_ROTATED'
		]);
	});

	test('is disabled and enabled', async () => {
		site.api.on(UpdateWebhookEndpoint, ({ input }) => ({
			updateWebhookEndpoint: stored(endpoint('1', { enabled: input.enabled! }))
		}));
		await show([]);
		await fireEvent.click(screen.getByRole('button', { name: m.pause }));
		await screen.findByText(m.paused);
		expect(document.body.textContent).toContain(m.isOff);
		await fireEvent.click(screen.getByRole('button', { name: m.resume }));
		await screen.findByText(m.resumed);
		expect(site.api.variables(UpdateWebhookEndpoint)).toEqual([
			{ input: { id: '1', enabled: false } },
			{ input: { id: '1', enabled: true } }
		]);
	});

	test('is changed, and an address that is refused says why', async () => {
		site.api.on(UpdateWebhookEndpoint, () => ({
			updateWebhookEndpoint: refused('VALIDATION_ERROR', { fields: [{ field: 'url', message: 'x' }] })
		}));
		await show([], endpoint('1', { types: ['USER_CREATED'] }));
		await type('saveEndpoint', 'url', 'nowhere');
		await tick('saveEndpoint', 'USER_CREATED');
		await fireEvent.submit(form('saveEndpoint'));
		await screen.findByText(m.badUrl);
		expect(site.api.variables(UpdateWebhookEndpoint)).toEqual([
			{ input: { id: '1', name: 'Endpoint 1', url: 'nowhere', types: [] } }
		]);
		site.api.on(UpdateWebhookEndpoint, () => ({
			updateWebhookEndpoint: stored(endpoint('1', { name: 'New' }))
		}));
		await fireEvent.submit(form('saveEndpoint'));
		await screen.findByText(m.saved);
		expect(document.querySelector('h1')!.textContent).toContain('New');
	});

	test('its secret is replaced, shown once, and the previous one is said to sign meanwhile', async () => {
		const until = new Date(Date.now() + 86_400_000).toISOString();
		site.api.on(RotateWebhookSecret, () => ({
			rotateWebhookSecret: secretOf(endpoint('1', { previousSecretUntil: until }))
		}));
		await show([], endpoint('1', { previousSecretUntil: AT }));
		expect(document.body.textContent, 'long over').not.toContain(m.both);
		await fireEvent.submit(form('rotateSecret'));
		await waitFor(() => expect(secret()).toBe(SECRET));
		expect(document.body.textContent).toContain(m.both);
		expect(document.activeElement!.textContent).toBe(m.rotate);
	});

	test('is deleted, and leads to the list', async () => {
		site.api.on(DeleteWebhookEndpoint, () => ({ deleteWebhookEndpoint: refused('NOT_FOUND') }));
		await show([]);
		await fireEvent.submit(form('deleteEndpoint'));
		await waitFor(() => expect(visits.urls.at(-1)).toBe('/webhooks'));
		expect(site.api.variables(DeleteWebhookEndpoint)).toEqual([{ id: '1' }]);
	});

	test('a refusal is told as a whole', async () => {
		site.api.on(RotateWebhookSecret, () => ({ rotateWebhookSecret: refused('FORBIDDEN') }));
		await show([]);
		await fireEvent.submit(form('rotateSecret'));
		await screen.findByText(en.problem.FORBIDDEN);
		expect(secret()).toBeUndefined();
	});
});
