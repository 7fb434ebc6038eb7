/** The mails of a stack, which become files because no SMTP server is set. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inject, vi } from 'vitest';

/** How long a mail may take, in milliseconds: it is sent in the background. */
const SENT = { timeout: 60_000 };

/** The path and token of the link in the newest mail of a kind to an address, once there are so many; '' without a link. */
export async function linkTo(email: string, kind = 'password-reset', count = 1): Promise<string> {
	const folder = join(inject('place').dataDir, 'mail');
	const file = await vi.waitFor(async () => {
		const files = (await readdir(folder)).filter((name) => name.endsWith(`-${kind}-${email}.eml`)).sort();
		if (files.length < count) throw new Error(`${files.length} mails (${kind}) to ${email}`);
		return files.at(-1)!;
	}, SENT);
	const [link] = /^https?:\S+$/m.exec(await readFile(join(folder, file), 'utf8')) ?? [];
	if (!link) return '';
	const { pathname, search } = new URL(link);
	return pathname + search;
}
