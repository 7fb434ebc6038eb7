/** Words that come with what shows them, for its components. */
import { createContext } from 'svelte';
import type { ChangeMessages, EventMessages, ExplorerMessages, ImportMessages } from '#lib/messages/types.ts';

interface Words<M> {
	readonly m: M;
}

const [useChangeWords, setChangeWords] = createContext<Words<ChangeMessages>>();
const [useEventWords, setEventWords] = createContext<Words<EventMessages>>();
const [useExplorerWords, setExplorerWords] = createContext<Words<ExplorerMessages>>();
const [useImportWords, setImportWords] = createContext<Words<ImportMessages>>();

export {
	setChangeWords,
	setEventWords,
	setExplorerWords,
	setImportWords,
	useChangeWords,
	useEventWords,
	useExplorerWords,
	useImportWords
};
