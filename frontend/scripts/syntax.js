/** What the console's sources may not say, as ESLint rules: an address is read and written by its codec alone. */

/** @param {string} selector @param {string} message */
const not = (selector, message) => ({ selector, message });
const READ = 'Read the address by its codec (utils/address.ts): `activity.parse(url.searchParams)`.';
const WRITE = 'Write the address by its codec (utils/address.ts): `users.href({ online: true })`.';

const ADDRESSES = [
	not("MemberExpression[object.property.name='searchParams']", READ),
	not("MemberExpression[object.name='searchParams']", READ),
	not('Literal[value=/^(\\u002F[\\w\\u002F-]*)?\\?\\w/]', WRITE),
	not('SvelteLiteral[value=/^(\\u002F[\\w\\u002F-]*)?\\?\\w/]', WRITE),
	not('TemplateElement[value.raw=/^(\\u002F[\\w\\u002F-]*)?\\?(\\w|$)/]', WRITE)
];

export const syntax = [
	{
		name: 'syntax/addresses',
		files: ['src/**/*.{ts,svelte}'],
		// The examples of the explorer are requests to the REST API.
		ignores: [
			'src/lib/utils/address.ts',
			'src/lib/utils/explorer/examples.ts',
			'src/lib/{messages,graphql}/**'
		],
		rules: { 'no-restricted-syntax': ['error', ...ADDRESSES] }
	}
];
