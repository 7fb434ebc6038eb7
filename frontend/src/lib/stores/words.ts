/** Words that come with what shows them, for its components. */
import { createContext } from 'svelte';
import type { ChangeMessages, ExplorerMessages, ImportMessages } from '#lib/messages/types.ts';

interface Words<M> {
	readonly m: M;
}

const [useChangeWords, setChangeWords] = createContext<Words<ChangeMessages>>();
const [useExplorerWords, setExplorerWords] = createContext<Words<ExplorerMessages>>();
const [useImportWords, setImportWords] = createContext<Words<ImportMessages>>();

export { setChangeWords, setExplorerWords, setImportWords, useChangeWords, useExplorerWords, useImportWords };
