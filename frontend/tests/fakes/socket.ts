/** A WebSocket of which the test holds the other end (graphql-transport-ws). */
export interface Frame {
	type: string;
	id?: string;
	payload?: { query: string; variables: { after?: string } };
}

export class Socket extends EventTarget {
	static all: Socket[] = [];
	static refusing = false;
	readyState = 0;
	sent: Frame[] = [];
	/** How many subscriptions to the feed were failed. */
	failed = 0;
	onopen = () => {};
	onmessage = (_: { data: string }) => {};
	onclose = (_: CloseEvent) => {};
	onerror = (_: unknown) => {};

	constructor(readonly url: string) {
		super();
		Socket.all.push(this);
		queueMicrotask(() => (Socket.refusing ? this.drop(1006) : this.#open()));
	}

	#open(): void {
		this.readyState = 1;
		this.onopen();
	}

	send(data: string): void {
		const frame = JSON.parse(data) as Frame;
		this.sent.push(frame);
		if (frame.type === 'connection_init') this.receive({ type: 'connection_ack' });
		if (frame.type === 'ping') queueMicrotask(() => this.receive({ type: 'pong' }));
	}

	receive(frame: object): void {
		this.onmessage({ data: JSON.stringify(frame) });
	}

	/** Hands a message to the subscribers of the operation. */
	push(operation: string, data: object): void {
		const { id } = this.subscribed(operation)!;
		this.receive({ id, type: 'next', payload: { data } });
	}

	/** The newest subscription to an operation. */
	subscribed(operation: string): Frame | undefined {
		return this.subscriptions(operation).at(-1);
	}

	subscriptions(operation: string): Frame[] {
		return this.sent.filter(
			({ type, payload }) => type === 'subscribe' && payload!.query.includes(operation)
		);
	}

	/** Ends the newest subscription to an operation with an error. */
	fail(operation: string, code: string): void {
		const { id } = this.subscribed(operation)!;
		this.failed += 1;
		this.receive({ id, type: 'error', payload: [{ message: `It is ${code}`, extensions: { code } }] });
	}

	drop(code: number, reason = ''): void {
		this.readyState = 3;
		this.onclose(new CloseEvent('close', { code, reason, wasClean: code !== 1006 }));
	}

	close(code = 1000, reason = ''): void {
		this.drop(code, reason);
	}
}
