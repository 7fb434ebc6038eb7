/** JSON cut into what is coloured alike. */
export interface Token {
	kind: 'key' | 'string' | 'number' | 'word' | 'plain';
	text: string;
}

const TOKEN = /("(?:[^"\\]|\\.)*"?)(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;

export function tokens(json: string): Token[] {
	const found: Token[] = [];
	let at = 0;
	for (const match of json.matchAll(TOKEN)) {
		if (match.index > at) found.push({ kind: 'plain', text: json.slice(at, match.index) });
		const [all, text, colon, word] = match;
		if (text) {
			found.push({ kind: colon ? 'key' : 'string', text });
			if (colon) found.push({ kind: 'plain', text: colon });
		} else found.push({ kind: word ? 'word' : 'number', text: all });
		at = match.index + all.length;
	}
	if (at < json.length) found.push({ kind: 'plain', text: json.slice(at) });
	return found;
}
