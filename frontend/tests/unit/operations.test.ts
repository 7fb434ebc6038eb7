import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { outline } from '#lib/utils/explorer/outline.ts';
import { ROOTS } from '#lib/types/outline.ts';
import {
	namedType,
	example,
	fieldText,
	operationAt,
	operationFor,
	operationsIn
} from '#lib/utils/explorer/operations.ts';

const schema = buildSchema(readFileSync(new URL('../../../schema/schema.graphql', import.meta.url), 'utf8'));
const every = ROOTS.flatMap((root) =>
	outline[root]!.fields!.map((field) => [root, field.name, field] as const)
);

describe('an operation for a field', () => {
	it.each(every)('of %s is one that the API takes: %s', (root, _, field) => {
		const { text, variables } = operationFor(outline, root, field);
		expect(validate(schema, parse(text)).map(({ message }) => message)).toEqual([]);
		const given = variables ? (JSON.parse(variables) as object) : {};
		const wanted = (field.args ?? []).filter((arg) => arg.type.endsWith('!')).map((arg) => arg.name);
		expect(Object.keys(given)).toEqual(expect.arrayContaining(wanted));
	});

	it('goes through a connection to what is listed', () => {
		const users = outline.Query!.fields!.find((field) => field.name === 'users')!;
		const { text } = operationFor(outline, 'Query', users);
		expect(text).toMatch(/^query Users\(\$first: Int, \$after: String, \$search: String\) \{/);
		expect(text).toMatch(/edges \{\s+cursor\s+node \{\s+id\s+email\s+displayName/);
	});

	it('asks of every refusal what they share', () => {
		const field = outline.Mutation!.fields!.find((one) => one.name === 'updateUser')!;
		const { text, variables } = operationFor(outline, 'Mutation', field);
		expect(text).toContain('... on UserPayload {');
		expect(text.match(/Problem/g)).toEqual(['Problem']);
		expect(JSON.parse(variables)).toEqual({ input: { id: '' } });
	});
});

describe('a part to insert', () => {
	it('is the name, or the name with what is behind it', () => {
		const field = (type: string, name: string) => outline[type]!.fields!.find((one) => one.name === name)!;
		expect(fieldText(outline, field('User', 'email'))).toBe('email');
		expect(fieldText(outline, field('Event', 'changes'))).toBe('changes {\n  field\n  before\n  after\n}');
	});

	it('has example values of the right kind', () => {
		expect(namedType('[EventType!]!')).toBe('EventType');
		expect(example(outline, 'Role!')).toBe('MEMBER');
		expect(example(outline, '[ID!]!')).toEqual([]);
	});
});

describe('which operation is meant', () => {
	const text = `# query Not { a }
query First($a: String = "}") { me { id } }
fragment Part on User { id }
subscription Second { presence { online } }`;

	it('is read past strings, comments and fragments', () => {
		expect(operationsIn(text).map(({ kind, name }) => [kind, name])).toEqual([
			['query', 'First'],
			['subscription', 'Second']
		]);
		expect(operationsIn('{ me { id } }')).toEqual([{ kind: 'query', name: null, start: 0, end: 13 }]);
	});

	it('is the one at the caret', () => {
		expect(operationAt(text, text.indexOf('me'))?.name).toBe('First');
		expect(operationAt(text, text.indexOf('Part'))?.name).toBe('First');
		expect(operationAt(text, text.indexOf('online'))?.name).toBe('Second');
		expect(operationAt(text, 0)?.name).toBe('First');
		expect(operationAt('  ', 0)).toBeNull();
		expect(operationAt('mutation Open { a {', 3)?.kind).toBe('mutation');
	});
});
