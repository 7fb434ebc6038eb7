/** Words that come with what shows them, for its components. */
import { createContext } from 'svelte';
import type { ExplorerMessages, ImportMessages } from '#lib/messages/types.ts';

interface Words<M> {
	readonly m: M;
}

const [useExplorerWords, setExplorerWords] = createContext<Words<ExplorerMessages>>();
const [useImportWords, setImportWords] = createContext<Words<ImportMessages>>();

export { setExplorerWords, setImportWords, useExplorerWords, useImportWords };
