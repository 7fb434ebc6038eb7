/** The API's schema as plain data: what the explorer browses and builds operations from. */
export interface OutlineArgument {
	name: string;
	text?: string;
	type: string;
}

export interface OutlineField extends OutlineArgument {
	args?: OutlineArgument[];
}

export interface OutlineType {
	name: string;
	text?: string;
	kind: 'type' | 'input' | 'interface' | 'union' | 'enum' | 'scalar';
	fields?: OutlineField[];
	interfaces?: string[];
	values?: string[];
	of?: string[];
}

export type Outline = Readonly<Record<string, OutlineType>>;

export const ROOTS = ['Query', 'Mutation', 'Subscription'] as const;
export type Root = (typeof ROOTS)[number];
