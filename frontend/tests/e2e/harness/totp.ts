/** What an authenticator app shows (RFC 6238). */
import { createHmac } from 'node:crypto';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The code of a time step, this one or some later. */
export function code(key: string, later = 0): string {
	const bits = [...key.replaceAll(' ', '')].map((letter) =>
		LETTERS.indexOf(letter).toString(2).padStart(5, '0')
	);
	const bytes = bits
		.join('')
		.match(/.{8}/g)!
		.map((byte) => parseInt(byte, 2));
	const step = Buffer.alloc(8);
	step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
	const mac = createHmac('sha1', Buffer.from(bytes)).update(step).digest();
	return String((mac.readUInt32BE(mac[19]! & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
