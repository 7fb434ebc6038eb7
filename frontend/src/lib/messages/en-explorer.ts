/** The words of the explorer: they come with it, when it is shown. */

const count = (n: number, one: string, many: string) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

export const enExplorer = {
	operation: 'Operation',
	variables: 'Variables',
	answer: 'Answer',
	run: 'Run',
	running: 'Running…',
	took: (ms: number) => `${ms} ms`,
	schema: 'Schema',
	schemaSearch: 'Find a type or field',
	insert: 'Use',
	badVariables: 'Variables are not valid JSON.',
	stop: 'Stop',
	listening: 'Listening',
	noOperation: 'There is no operation to run yet.',
	empty: 'The answer appears here.',
	messages: (n: number) => count(n, 'message', 'messages'),
	failed: 'With errors',
	root: 'All operations',
	useLabel: (name: string) => `Use ${name}`,
	nothing: 'Nothing of that name'
};
