import adapter from '@sveltejs/adapter-node';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig, type Plugin } from 'vite';
import { breakpoints } from './scripts/breakpoints.js';
import { requestGarbage } from './scripts/request-garbage.js';

/**
 * Six characters of a file's hash in its name, of eight, and for styles nothing else: every page of the console names all
 * files of all pages, and hashes are what cannot be compressed. With six, two contents of one file have one name in 70 thousand million cases.
 */
const shortHashes: Plugin = {
	name: 'short-hashes',
	outputOptions(options) {
		const short = <T>(name: T) =>
			typeof name === 'string'
				? name.replace('[hash]', '[hash:6]').replace('assets/[name].', 'assets/')
				: name;
		for (const key of ['entryFileNames', 'chunkFileNames', 'assetFileNames'] as const)
			Object.assign(options, { [key]: short(options[key]) });
		return options;
	}
};

export default defineConfig({
	// A type of the schema is called JSON: an export of that name would hide the global by which large values are read.
	json: { namedExports: false },
	build: {
		// What understands light-dark(), popover and anchor positioning; nothing is rewritten for older browsers.
		target: ['chrome125', 'firefox147', 'safari26'],
		cssTarget: ['chrome125', 'firefox147', 'safari26'],
		rolldownOptions: {
			output: {
				// Small files compress badly: what most pages behind sign-in share comes in one.
				codeSplitting: {
					groups: [
						// SvelteKit's entry sets the payload, then imports its client, which reads the version from it: in one
						// chunk with these, the client would run first, and take every deployment for a newer one.
						{ name: 'payload', priority: 3, test: /kit\/src\/runtime\/client\/payload|vite\/preload-helper/ },
						// Before sign-in.
						{
							name: 'entry',
							priority: 2,
							test: /src\/lib\/(components\/ui\/(Button|EmailField|Field|Form|FormNotice|Mark|Notice|PasswordField)\.svelte|stores\/(form|entry-i18n|controls\/hydrated)|(utils|types)\/(problems|preferences)|messages\/(en-entry|entry|locale))|kit\/src\/runtime\/app\/(state|navigation)|svelte\/src\/reactivity|lucide.*\/(circle-alert|circle-check|info|eye|eye-off)\.svelte/
						},
						// Around every page behind sign-in; the components of the frame themselves would draw this before it.
						{
							name: 'frame',
							priority: 1,
							test: /src\/lib\/(components\/(shell\/(Preferences|places)|ui\/(Avatar|BackLink|ListRow|Meta))|messages\/(en|all|first)\.ts|stores\/(clock|i18n|live\/|toasts|viewer|words)|utils\/(address|entry-address|format|graphql|keys|user\/rights))|lucide.*\/(braces|activity|users|circle-user|chart-no-axes-column|search|log-out|chevron-left|chevrons-up-down|user-plus|x)\.svelte/
						},
						// What lists have in common with the pages of what they list: each file is a request.
						{
							name: 'lists',
							test: /src\/lib\/(components\/ui\/(DataTable|NewPill|PageHead|Time)|components\/user\/(HeldAddress|PresenceDot|RoleBadge|StatusBadge)|stores\/(controls\/(action-bar|debounce|highlight)|event\/)|utils\/(pages|user\/(address|expected)))|lucide.*\/(arrow-up|check|chevron-right|copy|download|play|upload)\.svelte/
						},
						// Where users are changed.
						{
							name: 'changes',
							test: /src\/lib\/(components\/ui\/Dialog|messages\/change\.ts|utils\/user\/(plan|power))/
						},
						// What a user's own page and one's account have in common; and what of a user's page is loaded elsewhere when it is used.
						{
							name: 'record',
							test: /src\/lib\/(components\/(session\/Session(List|Row)|user\/Profile(Form|Conflict))|messages\/(en-)?record|stores\/(session\/|user\/(draft|record|undo\.|user\.))|utils\/user\/user-address)/
						},
						{
							name: 'person',
							test: /src\/lib\/components\/(user\/(AccessForm|UserFacts)|ui\/(CopyButton|Dialog))/
						},
						// Wherever events are shown.
						{
							name: 'events',
							test: /src\/lib\/(components\/event\/(EventDetails|EventIcon|EventRow)|messages\/(en-)?events|utils\/event\/(address|moment|sentence|words)|stores\/controls\/aim)|lucide.*\/chevron-down\.svelte/
						},
						// Pages with a short list and the form for one more.
						{
							name: 'short',
							test: /src\/lib\/(components\/ui\/(Code|ItemList|SecretShown|SubHead)\.svelte|stores\/merged-rows)/
						},
						// On many pages.
						{ name: 'shared', test: /src\/lib|lucide/, minShareCount: 6 }
					]
				}
			}
		}
	},
	plugins: [
		breakpoints(),
		requestGarbage(),
		shortHashes,
		tailwindcss(),
		sveltekit({
			adapter: adapter({ precompress: true }),
			// The class of a scoped style stands on each element of each row: Svelte's own is longer.
			compilerOptions: { runes: true, cssHash: ({ hash, filename }) => `s${hash(filename)}` },
			csp: {
				mode: 'nonce',
				directives: {
					'default-src': ['none'],
					'script-src': ['self', 'strict-dynamic'],
					'style-src': ['self'],
					// The one style attribute is SvelteKit's own: it hides the region that reads out where one has come.
					'style-src-attr': ['unsafe-hashes', 'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo='],
					'font-src': ['self'],
					'img-src': ['self', 'data:'],
					'connect-src': ['self'],
					'manifest-src': ['self'],
					'worker-src': ['self'],
					'form-action': ['self'],
					'base-uri': ['none'],
					'frame-ancestors': ['none']
				}
			},
			// First paint over a slow link: the styles come with the page.
			inlineStyleThreshold: 60_000,
			serviceWorker: { register: false },
			version: { pollInterval: 300_000 }
		})
	]
});
