/** One's own data as a file. */
import { expect, test } from 'vitest';
import { MyData } from '#lib/graphql/documents.ts';
import { GET } from '../../src/routes/(app)/account/data/+server.ts';
import { FakeApi } from '../fakes/api.ts';

test('everything comes as a JSON file that nobody keeps', async () => {
	const api = new FakeApi();
	const myData = { account: [{ email: 'ada@example.com' }], sessions: [] };
	api.on(MyData, () => ({ myData }));
	const answer = await GET({ locals: { api } } as never);
	expect(answer.headers.get('content-type')).toBe('application/json');
	expect(answer.headers.get('content-disposition')).toMatch(
		/^attachment; filename="my-data-\d{4}-\d\d-\d\d\.json"$/
	);
	expect(answer.headers.get('cache-control')).toBe('no-store');
	const text = await answer.text();
	expect(text).toContain('\n\t"account"');
	expect(JSON.parse(text)).toEqual(myData);
});
