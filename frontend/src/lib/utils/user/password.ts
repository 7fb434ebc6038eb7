/** Passwords that are made for somebody, by the browser or, without script, by the server. */

/** 32 characters that are not taken for one another when they are read out or typed. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const [GROUPS, GROUP] = [4, 5];

/** 100 random bits in groups: `k7mpx-…`. */
export function generatePassword(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(GROUPS * GROUP));
	const characters = Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]);
	return Array.from({ length: GROUPS }, (_, at) =>
		characters.slice(at * GROUP, (at + 1) * GROUP).join('')
	).join('-');
}
