/** An operation, its variables, and what came of it; queries answer once, subscriptions until they are stopped. */
import { ApiError, ask, type Request } from '#lib/utils/graphql.ts';
import { listen, type Sink } from './listen.ts';
import { operationAt } from '#lib/utils/explorer/operations.ts';

const KEPT = 100;

export interface Reply {
	id: number;
	/** Formatted JSON. */
	text: string;
	ok: boolean;
}

interface Transport {
	ask(request: Request, signal: AbortSignal): Promise<unknown>;
	listen(request: Request, sink: Sink): Promise<() => void>;
}

export class Explorer {
	text = $state('');
	variables = $state('');
	/** Newest first; of a subscription the last hundred. */
	replies = $state.raw<readonly Reply[]>([]);
	/** How many there were, kept or not. */
	count = $state(0);
	/** How long the answer took, in milliseconds. */
	took = $state<number | null>(null);
	state = $state<'idle' | 'running' | 'listening'>('idle');
	error = $state<'variables' | 'operation' | null>(null);
	readonly #transport: Transport;
	#stop = () => {};
	/** The text that was run last, or inserted rather than typed: leaving loses nothing of it. */
	#kept = { text: '', variables: '' };
	/** Answers to what was stopped meanwhile belong to nobody. */
	#run = 0;

	constructor(text: string, transport: Transport = { ask, listen }) {
		this.text = this.#kept.text = text;
		this.#transport = transport;
	}

	/** Whether something is typed that was never run. */
	get edited(): boolean {
		return this.text !== this.#kept.text || this.variables !== this.#kept.variables;
	}

	/** What is here now was not typed. */
	keep(): void {
		this.#kept = { text: this.text, variables: this.variables };
	}

	/** Runs the operation at the caret. */
	async run(caret = 0): Promise<void> {
		this.stop();
		const operation = operationAt(this.text, caret);
		const variables = parsed(this.variables);
		this.error = operation ? (variables === undefined ? 'variables' : null) : 'operation';
		if (!operation || this.error) return;
		this.keep();
		this.replies = [];
		this.count = 0;
		this.took = null;
		const request = { query: this.text, variables, operationName: operation.name };
		await (operation.kind === 'subscription' ? this.#listen(request) : this.#ask(request));
	}

	stop(): void {
		this.#run += 1;
		this.#stop();
		this.#stop = () => {};
		this.state = 'idle';
	}

	async #ask(request: Request): Promise<void> {
		const run = this.#run;
		const controller = new AbortController();
		this.#stop = () => controller.abort();
		this.state = 'running';
		const began = performance.now();
		const answer = await this.#transport.ask(request, controller.signal).catch((error: unknown) => ({
			errors: [
				{ message: error instanceof Error ? error.message : String(error), extensions: { code: code(error) } }
			]
		}));
		if (run !== this.#run) return;
		this.took = Math.round(performance.now() - began);
		this.#add(answer);
		this.state = 'idle';
	}

	async #listen(request: Request): Promise<void> {
		const run = this.#run;
		const mine = (act: () => void) => {
			if (run === this.#run) act();
		};
		this.state = 'listening';
		const stop = await this.#transport.listen(request, {
			next: (message) => mine(() => this.#add(message)),
			ended: (error) =>
				mine(() => {
					if (error !== undefined) this.#add(error, false);
					this.stop();
				})
		});
		if (run === this.#run) this.#stop = stop;
		else stop();
	}

	#add(message: unknown, ok = !hasErrors(message)): void {
		this.count += 1;
		const reply = { id: this.count, text: JSON.stringify(message, null, 2), ok };
		this.replies = [reply, ...this.replies.slice(0, KEPT - 1)];
	}
}

const code = (error: unknown) => (error instanceof ApiError ? error.code : 'INTERNAL_ERROR');

function hasErrors(message: unknown): boolean {
	return typeof message === 'object' && message !== null && 'errors' in message;
}

/** The variables as an object; undefined for what is none. */
function parsed(text: string): Record<string, unknown> | undefined {
	if (!text.trim()) return {};
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null && !Array.isArray(value)
			? (value as Record<string, unknown>)
			: undefined;
	} catch {
		return undefined;
	}
}
