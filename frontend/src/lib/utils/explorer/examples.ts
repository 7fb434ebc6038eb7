/** Ready requests for the signed-in user: their address, their id, and what their role may ask. No password is in them. */
import type { Viewer } from '#lib/graphql/documents.ts';
import { can } from '#lib/utils/user/rights.ts';

export const LANGUAGES = ['curl', 'js'] as const;
export type Language = (typeof LANGUAGES)[number];
export const LANGUAGE_NAMES: Record<Language, string> = { curl: 'curl', js: 'JavaScript' };

export interface Examples {
	token: string;
	query: string;
	change: string;
	follow: string;
	rest: string;
}

/** What a viewer may ask at once: themselves, some users, and the audit trail where they see it. */
export function firstQuery(viewer: Viewer): string {
	const trail = !can(viewer, 'events.read')
		? []
		: [
				'  events(first: 5) {',
				'    edges {',
				'      node { type occurredAt user { displayName } }',
				'    }',
				'  }'
			];
	return [
		'{',
		'  me { displayName role }',
		'  users(first: 5) {',
		'    edges {',
		'      node { id displayName role online }',
		'    }',
		'  }',
		...trail,
		'}'
	].join('\n');
}

const RENAME = `mutation ($id: ID!, $name: String!) {
  updateUser(input: { id: $id, displayName: $name }) {
    __typename
    ... on UserPayload { user { displayName version } cursor }
    ... on Problem { code message }
  }
}`;

const FOLLOW = `subscription ($after: Cursor) {
  userEvents(after: $after) {
    ... on Event { cursor type user { displayName } }
    ... on Heartbeat { cursor }
    ... on ResyncRequired { cursor reason }
  }
}`;

/** In single quotes for a POSIX shell. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

const line = (text: string) => text.replace(/\s+/g, ' ').trim();

function curl(origin: string, viewer: Viewer): Examples {
	const ask = (query: string, variables?: object) =>
		`curl -s ${origin}/graphql \\
  -H "authorization: Bearer $TOKEN" \\
  -H 'content-type: application/json' \\
  -d ${quoted(JSON.stringify({ query: line(query), ...(variables && { variables }) }))}`;
	const login = quoted(JSON.stringify({ email: viewer.email, password: '$ROLLCALL_PASSWORD' }));
	return {
		token: `export ROLLCALL_PASSWORD=…
export TOKEN=$(curl -s ${origin}/api/v1/auth/login \\
  -H 'content-type: application/json' \\
  -d ${login.replace('$ROLLCALL_PASSWORD', () => `'"$ROLLCALL_PASSWORD"'`)} |
  sed -E 's/.*"access_token":"([^"]+)".*/\\1/')`,
		query: ask(firstQuery(viewer)),
		change: ask(RENAME, { id: viewer.id, name: viewer.displayName }),
		follow: `ROLLCALL_EMAIL=${quoted(viewer.email ?? '')} \\
  rollcall tail --url ${origin} --json`,
		rest: `curl -s -i '${origin}/api/v1/users?limit=5&count=true' \\
  -H "authorization: Bearer $TOKEN"

curl -s -i ${origin}/api/v1/users/${viewer.id} \\
  -X PUT -H 'if-match: "${viewer.version}"' \\
  -H "authorization: Bearer $TOKEN" \\
  -H 'content-type: application/json' \\
  -d ${quoted(JSON.stringify({ display_name: viewer.displayName }))}`
	};
}

/** A text as a JavaScript literal in single quotes. */
const literal = (text: string) =>
	`'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;

function js(origin: string, viewer: Viewer): Examples {
	return {
		token: `const origin = ${literal(origin)};
const login = await fetch(\`\${origin}/api/v1/auth/login\`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    email: ${literal(viewer.email ?? '')},
    password: process.env.ROLLCALL_PASSWORD
  })
});
const token = (await login.json()).data.access_token;
const headers = {
  authorization: \`Bearer \${token}\`,
  'content-type': 'application/json'
};`,
		query: `const ask = async (query, variables) => {
  const body = JSON.stringify({ query, variables });
  const answer = await fetch(\`\${origin}/graphql\`, { method: 'POST', headers, body });
  return answer.json();
};

console.log(await ask(\`${firstQuery(viewer)}\`));`,
		change: `const rename = \`${RENAME}\`;

console.log(await ask(rename, {
  id: ${literal(viewer.id)},
  name: ${literal(viewer.displayName)}
}));`,
		follow: `import { createClient } from 'graphql-ws';

const query = \`${FOLLOW}\`;
const variables = { after: null };
const client = createClient({
  url: \`\${origin.replace('http', 'ws')}/graphql\`,
  connectionParams: { authorization: \`Bearer \${token}\` }
});
client.subscribe({ query, variables }, {
  next({ data }) {
    variables.after = data.userEvents.cursor; // a new connection goes on from here
    console.log(data.userEvents);
  },
  error: console.error,
  complete() {}
});`,
		rest: `const page = await fetch(\`\${origin}/api/v1/users?limit=5&count=true\`, { headers });
console.log(page.headers.get('x-total-count'), (await page.json()).data);

const changed = await fetch(\`\${origin}/api/v1/users/${viewer.id}\`, {
  method: 'PUT',
  headers: { ...headers, 'if-match': '"${viewer.version}"' },
  body: JSON.stringify({ display_name: ${literal(viewer.displayName)} })
});
console.log(changed.status, changed.headers.get('etag'));`
	};
}

export function examples(language: Language, origin: string, viewer: Viewer): Examples {
	return language === 'curl' ? curl(origin, viewer) : js(origin, viewer);
}
