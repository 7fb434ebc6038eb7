/** A program of the stack: started with an environment of its own, its output kept for when something fails. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { env } from 'node:process';

const KEPT = 8_000;
const POLL_MS = 50;
const running = new Set<Program>();

process.once('exit', () => {
	for (const program of running) program.child.kill('SIGKILL');
});

interface Options {
	cwd?: string | URL;
	env?: Record<string, string>;
}

export class Program {
	output = '';
	readonly child: ChildProcess;
	readonly #name: string;
	readonly #ended: Promise<unknown>;

	constructor(command: string, args: string[], options: Options = {}) {
		this.#name = [command.split('/').at(-1), ...args].join(' ');
		// Nothing of the developer's own settings: only what programs need to be found and to speak UTF-8.
		const { PATH = '', HOME = '', LANG = 'C.UTF-8', TMPDIR } = env;
		this.child = spawn(command, args, {
			cwd: options.cwd,
			env: { PATH, HOME, LANG, ...(TMPDIR ? { TMPDIR } : {}), ...options.env },
			stdio: ['ignore', 'pipe', 'pipe']
		});
		for (const stream of [this.child.stdout!, this.child.stderr!])
			stream.on('data', (chunk) => (this.output = (this.output + String(chunk)).slice(-KEPT)));
		this.#ended = once(this.child, 'close').finally(() => running.delete(this));
		this.#ended.catch(() => {});
		running.add(this);
	}

	get alive(): boolean {
		return this.child.exitCode === null && this.child.signalCode === null;
	}

	/** Resolves when the address answers with success; raises with the program's output otherwise. */
	async answers(url: string, seconds = 180): Promise<void> {
		const end = Date.now() + seconds * 1000;
		while (Date.now() < end && this.alive) {
			const response = await fetch(url).catch(() => null);
			if (response?.ok) return;
			await new Promise((resolve) => setTimeout(resolve, POLL_MS));
		}
		throw new Error(`${this.#name} does not answer at ${url}:\n${this.output}`);
	}

	/** Resolves when the program has ended; raises unless with success. */
	async finished(): Promise<void> {
		await this.#ended;
		if (this.child.exitCode !== 0) throw new Error(`${this.#name} failed:\n${this.output}`);
	}

	async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
		if (this.alive) this.child.kill(signal);
		await this.#ended;
	}
}

/** Two ports that nobody listens on now. */
export async function freePorts(): Promise<[number, number]> {
	const probes = [createServer(), createServer()];
	const ports: number[] = [];
	for (const probe of probes) {
		await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
		ports.push((probe.address() as AddressInfo).port);
	}
	for (const probe of probes) await new Promise((resolve) => probe.close(resolve));
	return ports as [number, number];
}
