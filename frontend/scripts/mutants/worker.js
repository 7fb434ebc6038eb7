/** Starts and ends the process that tries mutants (trials.js): it is ended when it hangs, and then started again. */
import { fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import { env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { copyConsole } from './trials.js';

const TRIALS = fileURLToPath(new URL('./trials.js', import.meta.url));
/** A process that sends no message for so long hangs, in milliseconds: a file of tests takes a tenth of that at most. */
const SILENCE_MS = 180_000;
/** How long a test waits for what must come. Much less than in CI: with a mutant, often it does not come. */
const PATIENCE_MS = '4000';

export class Worker {
	/** @type {{ process: import('node:child_process').ChildProcess, folder: string } | null} */
	#running = null;
	#origin;

	/** `origin`: the console as it was when the run began; each process breaks a copy of that. @param {string} origin */
	constructor(origin) {
		this.#origin = origin;
	}

	/** @param {import('./mutation.js').Mutant} mutant @returns {Promise<import('./results.js').Result>} */
	async try(mutant) {
		const began = Date.now();
		const answer = await this.#ask({ mutant });
		const seconds = Math.round((Date.now() - began) / 100) / 10;
		return answer ? { ...answer, seconds } : { outcome: 'timedOut', by: 'silence', seconds };
	}

	/** Raises where a test fails without a mutant. @param {readonly string[]} check files */
	async checkUnbroken(check) {
		if (!(await this.#ask({ check }))) throw new Error('The tests without a mutant do not end');
	}

	async end() {
		const running = this.#running;
		this.#running = null;
		if (!running) return;
		running.process.kill('SIGKILL');
		rmSync(running.folder, { recursive: true, force: true });
	}

	/** The answer, or null where the process hung and was ended. @param {object} question */
	async #ask(question) {
		const { process } = (this.#running ??= await this.#start());
		process.send(question);
		const answer = await answerOf(process);
		if (!answer) await this.end();
		if (answer?.error) throw new Error(answer.error);
		return answer;
	}

	async #start() {
		const folder = copyConsole(this.#origin);
		// Detached: a signal from the terminal is for the process that asks, which ends this one.
		const started = fork(TRIALS, [folder], {
			detached: true,
			stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
			env: { ...env, TEST_PATIENCE_MS: PATIENCE_MS }
		});
		const running = { process: started, folder };
		if (!(await answerOf(started))) throw new Error('The tests could not be started');
		return running;
	}
}

/** The next answer; null if no message comes for too long, or the process ends. @param {import('node:events').EventEmitter} process @returns {Promise<any>} */
export function answerOf(process) {
	return new Promise((resolve) => {
		/** @type {NodeJS.Timeout} */
		let timer;
		const wait = () => {
			clearTimeout(timer);
			timer = setTimeout(() => end(null), SILENCE_MS);
		};
		/** @param {any} answer */
		const end = (answer) => {
			clearTimeout(timer);
			process.off('message', receive).off('exit', exit);
			resolve(answer);
		};
		const exit = () => end(null);
		/** @param {any} message */
		const receive = (message) => (message.alive ? wait() : end(message));
		process.on('message', receive).on('exit', exit);
		wait();
	});
}
