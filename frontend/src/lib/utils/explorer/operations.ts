/** Writing and reading operations: an example for a field of the schema, and which operation of a text is meant. */
import type { Outline, OutlineArgument, OutlineField, Root } from '#lib/types/outline.ts';

/** A selection goes this deep into objects, connections apart. */
const DEPTH = 2;
/** So many values of each innermost object are selected. */
const FEW = 4;

/** The name of a type without its wrappers: [User!]! is User. */
export function namedType(type: string): string {
	return type.replace(/[[\]!]/g, '');
}

const isComposite = (outline: Outline, type: string) =>
	['type', 'interface', 'union'].includes(outline[namedType(type)]?.kind ?? '');

const needed = (argument: OutlineArgument) => argument.type.endsWith('!');

const indent = (lines: string[]) => lines.map((line) => `  ${line}`);

/** The fields of a type that can be asked without arguments: values first, then objects as deep as makes sense. */
function selection(outline: Outline, name: string, depth: number, above: readonly string[]): string[] {
	const type = outline[name];
	if (!type) return [];
	if (type.kind === 'union') return unionSelection(outline, type.of ?? [], depth, above);
	const fields = (type.fields ?? []).filter((field) => !field.args?.some(needed));
	const values = fields.filter((field) => !isComposite(outline, field.type) && !field.args?.length);
	const lines = values.slice(0, depth > 1 ? undefined : FEW).map((field) => field.name);
	for (const field of fields) {
		const inner = namedType(field.type);
		const connection = name.endsWith('Connection') || name.endsWith('Edge');
		if (!isComposite(outline, field.type) || above.includes(inner) || field.args?.length) continue;
		if (depth <= 1 && !connection) continue;
		const chosen = selection(outline, inner, connection ? depth : depth - 1, [...above, name]);
		if (chosen.length) lines.push(`${field.name} {`, ...indent(chosen), '}');
	}
	return lines;
}

/** What went well in full; of all refusals what they share. */
function unionSelection(
	outline: Outline,
	members: string[],
	depth: number,
	above: readonly string[]
): string[] {
	const problems = members.filter((member) => outline[member]?.interfaces?.includes('Problem'));
	const lines = ['__typename'];
	for (const member of members.filter((one) => !problems.includes(one))) {
		const chosen = selection(outline, member, depth, above);
		if (chosen.length) lines.push(`... on ${member} {`, ...indent(chosen), '}');
	}
	if (problems.length) lines.push('... on Problem {', ...indent(['code', 'message']), '}');
	return lines;
}

/** What to ask of a field with objects behind it, as text to insert. */
export function fieldText(outline: Outline, field: OutlineField): string {
	if (!isComposite(outline, field.type)) return field.name;
	const chosen = selection(outline, namedType(field.type), 1, []);
	return [`${field.name} {`, ...indent(chosen.length ? chosen : ['__typename']), '}'].join('\n');
}

/** An example value of an input type, for the variables. */
export function example(outline: Outline, type: string): unknown {
	if (type.startsWith('[')) return [];
	const name = namedType(type);
	const definition = outline[name];
	if (definition?.kind === 'enum') return definition.values?.[0] ?? null;
	if (definition?.kind === 'input') {
		const fields = (definition.fields ?? []).filter(needed);
		return Object.fromEntries(fields.map((field) => [field.name, example(outline, field.type)]));
	}
	return { Int: 10, Float: 1, Boolean: false }[name] ?? '';
}

/** Worth a variable without being needed: where a list begins, and how long it is. */
const OFTEN = new Set(['first', 'after', 'search']);

/** A whole operation for a root field, with its variables. */
export function operationFor(
	outline: Outline,
	root: Root,
	field: OutlineField
): { text: string; variables: string } {
	const args = (field.args ?? []).filter((arg) => needed(arg) || OFTEN.has(arg.name));
	const name = field.name.charAt(0).toUpperCase() + field.name.slice(1);
	const declared = args.map((arg) => `$${arg.name}: ${arg.type}`).join(', ');
	const given = args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
	const chosen = selection(outline, namedType(field.type), DEPTH, []);
	const body = chosen.length
		? [`${field.name}${given && `(${given})`} {`, ...indent(chosen), '}']
		: [field.name + (given && `(${given})`)];
	const values = args.filter((arg) => needed(arg) || arg.name === 'first');
	const variables = Object.fromEntries(values.map((arg) => [arg.name, example(outline, arg.type)]));
	return {
		text: [`${root.toLowerCase()} ${name}${declared && `(${declared})`} {`, ...indent(body), '}'].join('\n'),
		variables: values.length ? JSON.stringify(variables, null, 2) : ''
	};
}

export interface Operation {
	kind: 'query' | 'mutation' | 'subscription';
	name: string | null;
	start: number;
	end: number;
}

/** Strings, also unfinished ones, and comments: braces mean nothing there. Blanked, so that positions stay. */
function withoutText(text: string): string {
	return text.replace(/"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"?|#[^\n]*/g, (found) =>
		found.replace(/[^\n]/g, ' ')
	);
}

/** The operations of a document, in order. An unfinished one reaches to the end. */
export function operationsIn(text: string): Operation[] {
	const plain = withoutText(text);
	const found: Operation[] = [];
	// What stands between two bodies, of which the first keyword says what the next one is.
	for (let from = 0, open = plain.indexOf('{'); open >= 0; open = plain.indexOf('{', from)) {
		const head = plain.slice(from, open);
		const match = /\b(query|mutation|subscription|fragment)\b(?:\s*([A-Za-z_]\w*))?/.exec(head);
		const [, kind = 'query', name] = match ?? [];
		const start = from + (match?.index ?? head.length);
		const end = closing(plain, open + 1);
		if (kind !== 'fragment') found.push({ kind: kind as Operation['kind'], name: name ?? null, start, end });
		from = end;
	}
	return found;
}

/** The position after the brace that closes what is open at `from`. */
function closing(plain: string, from: number): number {
	let depth = 1;
	for (let at = from; at < plain.length; at += 1) {
		if (plain[at] === '{') depth += 1;
		if (plain[at] === '}') depth -= 1;
		if (depth === 0) return at + 1;
	}
	return plain.length;
}

/** The operation the caret is in, or the last one before it, or the first. */
export function operationAt(text: string, caret: number): Operation | null {
	const all = operationsIn(text);
	return (
		all.find((one) => caret >= one.start && caret <= one.end) ??
		all.findLast((one) => one.start <= caret) ??
		all[0] ??
		null
	);
}
