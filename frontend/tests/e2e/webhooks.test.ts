/** Webhooks in a browser, with a receiver on this machine: made, failed, sent again, verified, replaced and deleted. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { Api, unique } from './harness/api.ts';
import { expectAccessible, expectNoSidewaysScroll } from './harness/checks.ts';
import { ADMIN } from './harness/stack.ts';
import { test, type Visitor } from './harness/visitor.ts';

interface Received {
	headers: IncomingHttpHeaders;
	body: string;
}

/** A service that receives webhooks: it keeps them, and answers as it is set to. */
async function newReceiver() {
	const receiver = { status: 200, received: [] as Received[], url: '' };
	const server = createServer((request, response) => {
		let body = '';
		request.setEncoding('utf8');
		request.on('data', (chunk: string) => (body += chunk));
		request.on('end', () => {
			receiver.received.push({ headers: request.headers, body });
			response.writeHead(receiver.status).end();
		});
	});
	await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
	onTestFinished(() => void server.close());
	receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
	return receiver;
}

/** How many of the message's signatures were made with the secret (Standard Webhooks 1.0). */
function signedWith(secret: string, { headers, body }: Received): number {
	const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
	const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
	const expected = `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
	return String(headers['webhook-signature'])
		.split(' ')
		.filter((one) => one === expected).length;
}

const secretOf = async ({ page }: Visitor) => (await page.locator('[data-secret] code').textContent())!;

/** Waits until the page shows it; without script only when it is loaded again. */
async function shows(visitor: Visitor, text: string): Promise<void> {
	const found = visitor.page.locator('[data-delivery]').getByText(text, { exact: true });
	if (visitor.script) return found.waitFor();
	await expect
		.poll(async () => {
			await visitor.page.reload();
			return found.count();
		})
		.toBe(1);
}

test.for([true, false])(
	'an endpoint is made, fails, and is sent again what it missed (script: %s)',
	async (script, { open }) => {
		const receiver = await newReceiver();
		receiver.status = 410;
		const name = unique('Payroll ');
		const visitor = await open({ as: ADMIN, script });
		const { page } = visitor;
		await visitor.goto('/account');
		await page.getByRole('link', { name: 'Manage webhooks' }).click();
		await page.waitForURL('/webhooks');
		await visitor.ready();
		await page.getByLabel('Name').fill(name);
		await page.getByLabel('Address').fill(receiver.url);
		await page.getByText('Only some events…').click();
		await page.getByLabel('Person added').check();
		await expectAccessible(visitor, 'a new webhook endpoint');
		await page.getByRole('button', { name: 'Create endpoint' }).click();
		await page.getByText('It is not shown again.').waitFor();
		const secret = await secretOf(visitor);
		await expectAccessible(visitor, 'the secret of a webhook endpoint');
		await page.getByRole('link', { name }).click();
		await page.getByRole('heading', { name }).waitFor();
		await visitor.ready();
		expect(await page.content(), 'shown once').not.toContain(secret);
		await page.getByText('There are no such deliveries.').waitFor();

		// The receiver is gone for good, as it says: the delivery has failed, and nothing more is sent.
		const user = await (await Api.signIn()).newUser();
		await shows(visitor, 'Failed');
		await page.getByText('Nothing is sent.').waitFor();
		await expectAccessible(visitor, 'a failed delivery');
		await page.setViewportSize({ width: 390, height: 844 });
		await expectNoSidewaysScroll(visitor, 'a failed delivery');
		await page.setViewportSize({ width: 1280, height: 800 });

		receiver.status = 200;
		await page.getByRole('button', { name: 'Enable' }).click();
		await page.getByText('The endpoint is enabled.').waitFor();
		await page.getByRole('button', { name: /^Send again: Person added/ }).click();
		await page.getByText('It is sent again.').waitFor();
		if (!script) await visitor.goto(new URL(page.url()).pathname);
		await shows(visitor, 'Delivered');
		const [first, second] = receiver.received;
		expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
		expect(JSON.parse(second!.body)).toMatchObject({ type: 'user_created', data: { userId: user.id } });
		expect(signedWith(secret, second!)).toBe(1);

		await page.getByText('Replace the secret…').click();
		await page.getByRole('button', { name: 'Replace secret' }).click();
		await page.getByText('The previous secret also signs until').waitFor();
		const next = await secretOf(visitor);
		await (await Api.signIn()).newUser();
		await expect.poll(() => receiver.received.length).toBe(3);
		expect([secret, next].map((one) => signedWith(one, receiver.received[2]!))).toEqual([1, 1]);

		await page.getByText('Delete this endpoint…').click();
		await expectAccessible(visitor, 'deleting a webhook endpoint');
		await page.getByRole('button', { name: 'Delete endpoint' }).click();
		await page.waitForURL('/webhooks');
		await visitor.ready();
		await page.getByText('New endpoint').waitFor();
		await page.getByRole('link', { name }).waitFor({ state: 'detached' });
	}
);
