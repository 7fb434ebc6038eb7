/**
 * Writes src/lib/graphql/documents.ts: for every operation in src/lib/graphql/*.graphql its text and the exact
 * TypeScript types of its variables and answer, read from the schema the API exports, fragments by their names; and
 * outline.json, that schema as data for the explorer.
 *
 *     node scripts/generate-documents.js [--check]     SCHEMA=path/to/schema.graphql picks another schema
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import {
	GraphQLEnumType,
	GraphQLInputObjectType,
	GraphQLList,
	GraphQLNonNull,
	GraphQLObjectType,
	GraphQLScalarType,
	Kind,
	buildSchema,
	getNamedType,
	isAbstractType,
	parse,
	print,
	stripIgnoredCharacters,
	typeFromAST,
	validate
} from 'graphql';
import { outline } from './schema-outline.js';

const here = new URL('../src/lib/graphql/', import.meta.url);
const candidates = [
	process.env.SCHEMA,
	new URL('../../schema/schema.graphql', import.meta.url),
	new URL('../../schema.graphql', import.meta.url)
];
const schemaFile = candidates.find((file) => file && existsSync(file));
if (!schemaFile) throw new Error('No schema: set SCHEMA to the exported schema.graphql');

const schema = buildSchema(readFileSync(schemaFile, 'utf8'));
const source = readdirSync(here)
	.filter((name) => name.endsWith('.graphql'))
	.sort()
	.map((name) => readFileSync(new URL(name, here), 'utf8'))
	.join('\n');
const document = parse(source);
const errors = validate(schema, document).filter(({ message }) => !/never used/.test(message));
if (errors.length) throw new Error(errors.map(({ message }) => message).join('\n'));

const fragments = new Map();
const operations = [];
for (const definition of document.definitions) {
	if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
	if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
}

const SCALARS = {
	ID: 'string',
	String: 'string',
	Int: 'number',
	Float: 'number',
	Boolean: 'boolean',
	JSON: 'unknown'
};
const enums = new Set();
const inputs = new Map();

/** A named leaf or input type in TypeScript. */
function named(type) {
	if (type instanceof GraphQLScalarType) return SCALARS[type.name] ?? 'string';
	if (type instanceof GraphQLEnumType) {
		enums.add(type);
		return type.name;
	}
	if (!inputs.has(type.name)) {
		inputs.set(type.name, '');
		const fields = Object.values(type.getFields()).map((field) => {
			const needed =
				field.type instanceof GraphQLNonNull && field.defaultValue === undefined && !field.default;
			return `\t${field.name}${needed ? '' : '?'}: ${input(field.type)};`;
		});
		inputs.set(type.name, `export interface ${type.name} {\n${fields.join('\n')}\n}`);
	}
	return type.name;
}

function input(type) {
	if (type instanceof GraphQLNonNull) return inner(type.ofType);
	return `${inner(type)} | null`;
	function inner(given) {
		return given instanceof GraphQLList ? `(${input(given.ofType)})[]` : named(given);
	}
}

/** The type of a value whose named type is already rendered as `text`. */
function wrap(type, text) {
	if (type instanceof GraphQLNonNull) return nonNull(type.ofType);
	return `${nonNull(type)} | null`;
	function nonNull(given) {
		if (!(given instanceof GraphQLList))
			return text.includes(' & ') && !text.startsWith('(') ? `(${text})` : text;
		const item = wrap(given.ofType, text);
		return /[|{&]/.test(item) ? `Array<${item}>` : `${item}[]`;
	}
}

/** The type that a fragment or an inline fragment is for; `type` where it names none. */
const conditionOf = (fragment, type) =>
	fragment.typeCondition ? schema.getType(fragment.typeCondition.name.value) : type;
const fits = (condition, type) =>
	condition === type || (isAbstractType(condition) && schema.isSubType(condition, type));
const spread = (selection) => fragments.get(selection.name?.value);

/**
 * What is selected on one concrete object type: its fields, and the names of the fragments that are for just that type.
 * Fragments for an interface or union are merged in.
 */
function collect(selectionSet, type, into = { fields: new Map(), names: new Set() }) {
	for (const selection of selectionSet.selections) {
		if (selection.kind === Kind.FIELD) {
			const key = selection.alias?.value ?? selection.name.value;
			const known = into.fields.get(key);
			into.fields.set(key, {
				name: selection.name.value,
				sets: [...(known?.sets ?? []), ...(selection.selectionSet ? [selection.selectionSet] : [])],
				optional: selection.directives?.some((d) => ['include', 'skip'].includes(d.name.value)) ?? false
			});
			continue;
		}
		const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? spread(selection) : selection;
		const condition = conditionOf(fragment, type);
		if (selection.kind === Kind.FRAGMENT_SPREAD && condition === type) into.names.add(selection.name.value);
		else if (fits(condition, type)) collect(fragment.selectionSet, type, into);
	}
	return into;
}

/** Several selections of the same: the type of their union is the intersection of their types. */
function objectType(sets, type, tabs) {
	const into = { fields: new Map(), names: new Set() };
	for (const set of sets) collect(set, type, into);
	const lines = [...into.fields].map(([key, field]) => {
		if (field.name === '__typename') return `${tabs}\t${key}: '${type.name}';`;
		const definition = type.getFields()[field.name];
		const mark = field.optional ? '?' : '';
		return `${tabs}\t${key}${mark}: ${output(definition.type, field.sets, `${tabs}\t`)};`;
	});
	const own = lines.length ? [`{\n${lines.join('\n')}\n${tabs}}`] : [];
	return [...into.names, ...own].join(' & ') || '{}';
}

/** The fragment that is all of these selections, where it is for just this type. */
function soleFragment(sets, type) {
	const [only, ...others] = sets.flatMap((set) => set.selections);
	if (others.length || only.kind !== Kind.FRAGMENT_SPREAD) return null;
	return conditionOf(spread(only), type) === type ? only.name.value : null;
}

function output(type, sets, tabs) {
	const leaf = getNamedType(type);
	if (leaf instanceof GraphQLObjectType) return wrap(type, objectType(sets, leaf, tabs));
	if (!isAbstractType(leaf)) return wrap(type, named(leaf));
	const sole = soleFragment(sets, leaf);
	if (sole) return wrap(type, sole);
	const shapes = schema.getPossibleTypes(leaf).map((possible) => objectType(sets, possible, tabs));
	return wrap(type, shapes.length > 1 ? `(${[...new Set(shapes)].join(' | ')})` : shapes[0]);
}

/** The fragments an operation reaches, in the order of their names. */
function reached(node, found = new Set()) {
	JSON.stringify(node, (key, value) => {
		if (value?.kind === Kind.FRAGMENT_SPREAD && !found.has(value.name.value)) {
			found.add(value.name.value);
			reached(fragments.get(value.name.value), found);
		}
		return key === 'loc' ? undefined : value;
	});
	return found;
}

const bodies = [];
for (const [name, fragment] of [...fragments].sort(([a], [b]) => (a < b ? -1 : 1))) {
	const type = schema.getType(fragment.typeCondition.name.value);
	const shapes = (isAbstractType(type) ? schema.getPossibleTypes(type) : [type]).map((possible) =>
		objectType([fragment.selectionSet], possible, '')
	);
	bodies.push(
		`export type ${name} = ${[...new Set(shapes)].join(' | ')};`,
		`const ${name}Fragment = ${JSON.stringify(stripIgnoredCharacters(print(fragment)))};`
	);
}
for (const operation of operations) {
	const name = operation.name.value;
	const root = schema.getRootType(operation.operation);
	const variables = (operation.variableDefinitions ?? []).map((definition) => {
		const type = typeFromAST(schema, definition.type);
		const needed = type instanceof GraphQLNonNull && !definition.defaultValue;
		if (getNamedType(type) instanceof GraphQLInputObjectType) named(getNamedType(type));
		return `${definition.variable.name.value}${needed ? '' : '?'}: ${input(type)}`;
	});
	const parts = [
		JSON.stringify(stripIgnoredCharacters(print(operation))),
		...[...reached(operation)].sort().map((key) => `${key}Fragment`)
	];
	bodies.push(
		`export type ${name}Data = ${objectType([operation.selectionSet], root, '')};`,
		`export type ${name}Variables = ${variables.length ? `{ ${variables.join('; ')} }` : 'Record<string, never>'};`,
		`export const ${name} = (${parts.join(' + ')}) as TypedDocument<${name}Data, ${name}Variables>;`
	);
}

const text = [
	'// Written by scripts/generate-documents.js from the .graphql files beside it. Do not edit.',
	'declare const types: unique symbol;',
	'/** The text of an operation that knows the types of its answer and its variables. */',
	'export type TypedDocument<Data, Variables> = string & { readonly [types]?: [Data, Variables] };',
	...[...enums].map(
		(e) =>
			`export type ${e.name} = ${e
				.getValues()
				.map((v) => `'${v.name}'`)
				.join(' | ')};`
	),
	...inputs.values(),
	...bodies,
	''
].join('\n\n');

for (const [name, content] of [
	['documents.ts', text],
	['outline.json', outline(schema)]
]) {
	const file = new URL(name, here);
	if (!process.argv.includes('--check')) writeFileSync(file, content);
	else if (readFileSync(file, 'utf8') !== content)
		throw new Error(`${name} is not current: npm run generate`);
}
