/** The schema as plain data for the explorer: names, types and descriptions, without a GraphQL library to read them. */
import {
	GraphQLEnumType,
	GraphQLInputObjectType,
	GraphQLInterfaceType,
	GraphQLObjectType,
	GraphQLUnionType,
	isSpecifiedScalarType
} from 'graphql';

function described(definition, rest) {
	const text = definition.description?.replace(/\s+/g, ' ').trim();
	return { name: definition.name, ...(text && { text }), ...rest };
}

function field(definition) {
	const args = (definition.args ?? []).map((arg) => described(arg, { type: String(arg.type) }));
	return described(definition, { type: String(definition.type), ...(args.length && { args }) });
}

function outlined(type) {
	if (type instanceof GraphQLEnumType)
		return described(type, { kind: 'enum', values: type.getValues().map((value) => value.name) });
	if (type instanceof GraphQLUnionType)
		return described(type, { kind: 'union', of: type.getTypes().map((one) => one.name) });
	const kind =
		(type instanceof GraphQLInputObjectType && 'input') ||
		(type instanceof GraphQLInterfaceType && 'interface') ||
		(type instanceof GraphQLObjectType && 'type');
	if (!kind) return described(type, { kind: 'scalar' });
	const interfaces = type.getInterfaces?.().map((one) => one.name) ?? [];
	return described(type, {
		kind,
		...(interfaces.length && { interfaces }),
		fields: Object.values(type.getFields()).map(field)
	});
}

/**
 * The text of src/lib/graphql/outline.json: the types by name, one a line, under one key. Vite makes every key of a JSON module an
 * export, and a long value a call of JSON.parse: the scalar of that name would be an export beside it.
 */
export function outline(schema) {
	const lines = Object.values(schema.getTypeMap())
		.filter((type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type))
		.map((type) => `${JSON.stringify(type.name)}: ${JSON.stringify(outlined(type))}`);
	return `{"types": {\n${lines.join(',\n')}\n}}\n`;
}
