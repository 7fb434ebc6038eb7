/** Words that come with their page, for its components. */
import { createContext } from 'svelte';
import type { DevelopersMessages, ImportMessages } from '#lib/messages/types.ts';

interface Words<M> {
	readonly m: M;
}

const [useDeveloperWords, setDeveloperWords] = createContext<Words<DevelopersMessages>>();
const [useImportWords, setImportWords] = createContext<Words<ImportMessages>>();

export { setDeveloperWords, setImportWords, useDeveloperWords, useImportWords };
