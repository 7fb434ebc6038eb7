// A round trip with the types that openapi-typescript generates: it works if this compiles and ends without an error.
// The variable ROUND_TRIP has the address of the server and an admin's e-mail address and password, as JSON.

import createClient from 'openapi-fetch';
import type { components, paths } from './v1.d.ts';

declare const process: { env: Record<string, string | undefined> };

type User = components['schemas']['User'];

const given: { url: string; email: string; password: string } = JSON.parse(process.env.ROUND_TRIP ?? '');
const stranger = createClient<paths>({ baseUrl: given.url });

function expect(holds: boolean, found: unknown): asserts holds {
	if (!holds) throw new Error(`unexpected: ${JSON.stringify(found)}`);
}

const refused = await stranger.POST('/api/v1/auth/login', {
	body: { email: given.email, password: 'not the password', cookie: false }
});
expect(refused.response.status === 401 && refused.error?.error.code === 'INVALID_CREDENTIALS', refused.error);

const signedIn = await stranger.POST('/api/v1/auth/login', {
	body: { email: given.email, password: given.password, cookie: false }
});
expect(signedIn.data !== undefined, signedIn.error);
const headers = { authorization: `Bearer ${signedIn.data.data.access_token}` };
const client = createClient<paths>({ baseUrl: given.url, headers });

const body = { email: 'typed@example.com', display_name: 'Typed', role: 'auditor' } as const;
const created = await client.POST('/api/v1/users', { body });
expect(created.data !== undefined, created.error);
const user: User = created.data.data;
expect(user.role === 'auditor' && user.version === 1, user);
const repeated = await client.POST('/api/v1/users', { body });
expect(repeated.error?.error.code === 'EMAIL_TAKEN', repeated);

const list = await client.GET('/api/v1/users', { params: { query: { email: user.email ?? '' } } });
expect(list.data?.data.length === 1 && list.data.data[0]?.id === user.id, list.error);

const path = { id: user.id };
const changed = await client.PUT('/api/v1/users/{id}', {
	params: { path, header: { 'If-Match': '"1"' } },
	body: { display_name: 'Changed' }
});
expect(changed.data?.data.display_name === 'Changed' && changed.data.data.version === 2, changed.error);
const removed = await client.DELETE('/api/v1/users/{id}', { params: { path } });
expect(removed.data?.message === 'User deleted successfully', removed.error);
const missing = await client.GET('/api/v1/users/{id}', { params: { path } });
expect(missing.response.status === 404 && missing.error?.error.code === 'NOT_FOUND', missing);
expect((await client.POST('/api/v1/auth/logout')).data?.success === true, 'sign-out');
