/** The API as the console asks it: each operation answers as the test says, and what was asked is kept. */
import type { TypedDocument } from '#lib/graphql/documents.ts';

type Answer = (variables: never) => unknown;

export class FakeApi {
	readonly asked: { document: string; variables: unknown }[] = [];
	readonly #answers = new Map<string, Answer>();

	/** Answers an operation from now on. */
	on<Data, Variables>(
		document: TypedDocument<Data, Variables>,
		answer: (variables: Variables) => Data | Promise<Data>
	): void {
		this.#answers.set(document, answer as Answer);
	}

	/** The variables of each time an operation was asked for. */
	variables<Data, Variables>(document: TypedDocument<Data, Variables>): Variables[] {
		return this.asked.filter((one) => one.document === document).map((one) => one.variables as Variables);
	}

	/** As `Api.run` of the server and `run` of the browser. */
	readonly run = async <Data, Variables>(
		document: TypedDocument<Data, Variables>,
		variables: Variables
	): Promise<Data> => {
		this.asked.push({ document, variables });
		const answer = this.#answers.get(document);
		if (!answer) throw new Error(`The test does not answer ${document.slice(0, 60)}`);
		return (await answer(variables as never)) as Data;
	};

	/** As the others of the server's `Api`. */
	hasSession = true;
	readonly expiries: string[] = [];
	readonly runOnce = this.run;
	noteExpiry(at: string): void {
		this.expiries.push(at);
	}
	signIn(): never {
		throw new Error('to sign in');
	}
	enrol(): never {
		throw new Error('to enrol');
	}

	/** As `Api.read` of the server. */
	readonly read = async <Data, Variables>(
		document: TypedDocument<Data, Variables>,
		variables: Variables
	) => ({
		data: await this.run(document, variables),
		position: 'head'
	});
}
