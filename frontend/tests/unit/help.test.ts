/** What the help page names: the checks of the API, and the files of the repository. */
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { deHelp } from '#lib/messages/de-help.ts';
import { enHelp } from '#lib/messages/en-help.ts';
import { nameOf } from '#lib/utils/service/checks.ts';
import { FILES } from '#lib/utils/service/documentation.ts';

const ROOT = new URL('../../../', import.meta.url);

test('a check has a name in words, and one that is not known here keeps its own', () => {
	expect([
		nameOf(enHelp, 'writes'),
		nameOf(deHelp, 'replica_12'),
		nameOf(enHelp, 'external_api_1'),
		nameOf(enHelp, 'toString')
	]).toEqual(['Database: writing', 'Replikat 12', 'External service 1', 'toString']);
});

test('every file that is named exists', () => {
	expect(FILES.filter(({ path }) => !existsSync(new URL(path, ROOT)))).toEqual([]);
});
