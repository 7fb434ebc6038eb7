/** The browser's side of passkeys (Web Authentication, Level 3): making one, and signing in with one. Loaded when it is needed. */
import type { PasskeyAnswer } from '#lib/types/user.ts';
import type { Refusal } from '#lib/types/problem.ts';

/** A challenge is valid for five minutes (`CHALLENGE_LIFETIME`): the browser gets another one before that. */
const FRESH_MS = 240_000;

/** Whether the user, or we, ended the browser's dialog; that is no fault. */
const isEnded = (error: unknown) =>
	error instanceof DOMException && ['AbortError', 'NotAllowedError', 'TimeoutError'].includes(error.name);

/** What the browser makes, as JSON for a form; null where the user ended it. Raises where the browser cannot. */
export async function createPasskey(options: PublicKeyCredentialCreationOptionsJSON): Promise<string | null> {
	try {
		const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
		return JSON.stringify(await navigator.credentials.create({ publicKey }));
	} catch (error) {
		if (isEnded(error)) return null;
		throw error;
	}
}

interface Outcome {
	/** Where to go on, after a session was started. */
	done: (next: string) => unknown;
	refused: (refusal: Refusal) => void;
}

/** Signs in by a passkey: one that the browser offers in the field of the name, or one that is asked for. */
export class PasskeySignIn {
	readonly #address: string;
	readonly #outcome: Outcome;
	/** Ends what the browser has under way: it has one thing at a time. */
	#current: AbortController | undefined;

	/** `address` answers with options and takes what was signed. */
	constructor(address: string, outcome: Outcome) {
		this.#address = address;
		this.#outcome = outcome;
	}

	/** Has the browser offer passkeys in the field of the name, for as long as the page is open. */
	async offer(): Promise<void> {
		if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
		const mine = this.#begin();
		let again = true;
		while (again && !mine.signal.aborted) {
			const late = AbortSignal.timeout(FRESH_MS);
			again = (await this.#ask('conditional', AbortSignal.any([mine.signal, late]))) || late.aborted;
		}
	}

	/** Asks for a passkey now; offers them again after a refusal. */
	async choose(): Promise<void> {
		if (await this.#ask('optional', this.#begin().signal)) void this.offer();
	}

	stop(): void {
		this.#current?.abort();
	}

	#begin(): AbortController {
		this.stop();
		return (this.#current = new AbortController());
	}

	/** One round; whether there may be another one after it. */
	async #ask(mediation: CredentialMediationRequirement, signal: AbortSignal): Promise<boolean> {
		try {
			const { options, refusal } = await this.#send('POST');
			if (!options) {
				// Nobody asked for what is offered beside the form.
				if (refusal && mediation !== 'conditional') this.#outcome.refused(refusal);
				return false;
			}
			const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
			const credential = await navigator.credentials.get({ publicKey, mediation, signal });
			return await this.#finish(await this.#send('PUT', credential));
		} catch (error) {
			if (!isEnded(error) && mediation !== 'conditional')
				this.#outcome.refused({ code: 'PASSKEY_FAILED', message: '', fields: {} });
			return mediation !== 'conditional';
		}
	}

	async #finish({ next, refusal }: PasskeyAnswer): Promise<boolean> {
		if (next !== undefined) await this.#outcome.done(next);
		else if (refusal) this.#outcome.refused(refusal);
		return next === undefined;
	}

	async #send(method: 'POST' | 'PUT', body?: unknown): Promise<PasskeyAnswer> {
		const headers = { 'content-type': 'application/json' };
		const response = await fetch(this.#address, { method, headers, body: JSON.stringify(body ?? null) });
		return (await response.json()) as PasskeyAnswer;
	}
}
