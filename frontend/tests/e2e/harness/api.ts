/** The API as a test uses it: to make people, and to change them behind the console's back. */
import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import {
	CreateUser,
	DeleteUser,
	DisableUser,
	UpdateUser,
	type User,
	type Role,
	type TypedDocument,
	type UpdateUserInput,
	type UserOutcome
} from '#lib/graphql/documents.ts';
import { ADMIN, type Place } from './stack.ts';

export interface Account {
	email: string;
	password: string;
}

export interface Someone extends Account {
	id: string;
	name: string;
	version: number;
}

const SIGN_IN = `mutation($input: SignInInput!) { signIn(input: $input) {
	__typename ... on SessionPayload { accessToken } ... on Problem { code } } }`;
const PASSWORD = 'a password for tests';

/** A word that no other test uses, nor one so like it that a forgiving search would take it for this one. */
export function unique(word: string): string {
	return word + randomBytes(8).toString('hex');
}

export class Api {
	readonly #url: string;
	readonly #token: string;

	private constructor(url: string, token: string) {
		this.#url = url;
		this.#token = token;
	}

	static async signIn(account: Account = ADMIN, place: Place = inject('place')): Promise<Api> {
		const { email, password } = account;
		const answer = await post(`${place.apiUrl}/graphql`, '', SIGN_IN, { input: { email, password } });
		const { accessToken, code } = (answer.data as { signIn: { accessToken?: string; code?: string } }).signIn;
		if (!accessToken) throw new Error(`Signing in as ${email}: ${code}`);
		return new Api(place.apiUrl, accessToken);
	}

	async run<Data, Variables>(document: TypedDocument<Data, Variables>, variables: Variables): Promise<Data> {
		const { data, errors } = await post(`${this.#url}/graphql`, this.#token, document, variables);
		if (errors) throw new Error(JSON.stringify(errors));
		return data as Data;
	}

	async newUser({ name = unique('User '), role = 'MEMBER' as Role, email = '' } = {}): Promise<Someone> {
		const address = email || `${unique('p')}@example.net`;
		const input = { email: address, displayName: name, role, password: PASSWORD };
		const { id, version } = person((await this.run(CreateUser, { input })).createUser);
		return { id, version, name, email: address, password: PASSWORD };
	}

	async update(input: UpdateUserInput): Promise<User> {
		return person((await this.run(UpdateUser, { input })).updateUser);
	}

	async disable(id: string): Promise<User> {
		return person((await this.run(DisableUser, { id })).disableUser);
	}

	async delete(id: string): Promise<User> {
		return person((await this.run(DeleteUser, { id })).deleteUser);
	}
}

function person(outcome: UserOutcome): User {
	if (outcome.__typename !== 'UserPayload') throw new Error(`${outcome.code}: ${outcome.message}`);
	return outcome.user;
}

async function post(url: string, token: string, query: string, variables: unknown) {
	const response = await fetch(url, {
		method: 'POST',
		headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
		body: JSON.stringify({ query, variables })
	});
	return (await response.json()) as { data?: unknown; errors?: unknown[] };
}
