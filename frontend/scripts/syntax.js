/**
 * What the console's sources may not say, as ESLint rules: an address is read and written by its codec alone, an e-mail
 * address is entered in a field that leaves it as it is, and names are the field's own words.
 */

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

const EMAIL = not(
	"SvelteAttribute[key.name='type'] > SvelteLiteral[value='email']",
	'Use EmailField: a browser rewrites what stands in a field of this type (`münchen` to `xn--mnchen-3ya`).'
);

/** Words that a reader has to decode, and what to say. As a part of a name too: `toldText`. @type {Record<string, string>} */
const WORDS = {
	told: 'sent, notified, or what is shown',
	tell: 'send, notify or receive',
	hear: 'receive or subscribe',
	settle: 'accept, finish or advance',
	lit: 'highlighted',
	bare: 'what is left out: namedType, singleColumn',
	scripted: 'hydrated',
	door: 'protocol, transport or endpoint',
	doors: 'transport',
	gone: 'unavailable, deleted or expired',
	away: 'offscreen, disconnected or unavailable',
	foreign: 'remote',
	clashes: 'conflicts',
	fault: 'error',
	faults: 'errors'
};

/** The rules for names. A word begins a name, or stands in it with a capital. */
const NAMES = Object.entries(WORDS).flatMap(([word, instead]) => {
	const capital = word[0]?.toUpperCase() + word.slice(1);
	const pattern = `/^#?${word}(?![a-z])|${capital}(?![a-z])/`;
	const message = `Not "${word}", but ${instead}.`;
	return [not(`Identifier[name=${pattern}]`, message), not(`PrivateIdentifier[name=${pattern}]`, message)];
});

/** The keys of the catalogue are named with its sentences. */
const CATALOGUE = ['src/lib/messages/**', 'src/lib/graphql/**'];

export const syntax = [
	{
		name: 'syntax/names',
		files: ['{src,tests}/**/*.{ts,svelte}'],
		ignores: CATALOGUE,
		rules: { 'no-restricted-syntax': ['error', ...NAMES] }
	},
	{
		name: 'syntax/addresses',
		files: ['src/**/*.{ts,svelte}'],
		// The examples of the explorer are requests to the REST API.
		ignores: ['src/lib/utils/address.ts', 'src/lib/utils/explorer/examples.ts', ...CATALOGUE],
		rules: { 'no-restricted-syntax': ['error', ...NAMES, ...ADDRESSES, EMAIL] }
	}
];
