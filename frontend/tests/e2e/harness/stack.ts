/**
 * A whole Rollcall of its own: engines, API and console, on free ports, over a directory that is thrown away. More
 * processes, with other settings, can be put over the same engines.
 */
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { Program, freePorts } from './program.ts';

const CONSOLE = fileURLToPath(new URL('../../..', import.meta.url));
const PROJECT = fileURLToPath(new URL('../../../..', import.meta.url));
const VENV = join(PROJECT, '.venv/bin/python');
const PYTHON = env.PYTHON ?? (existsSync(VENV) ? VENV : 'python3');

export const ADMIN = { email: 'admin@example.com', password: 'correct horse battery' };

/** Where a site is and what its engines are; plain data, so that it can be handed to the tests' processes. */
export interface Place {
	/** The console's address, as the browser has it. */
	url: string;
	/** The API behind it. */
	apiUrl: string;
	dataDir: string;
}

type Settings = Record<string, string>;

/** By which the API knows the console that speaks for visitors. */
const PROXY_TOKEN = 'shared by the stack and its consoles alone';

const COMMON: Settings = {
	ADMIN_EMAIL: ADMIN.email,
	ADMIN_PASSWORD: ADMIN.password,
	PROXY_TOKEN,
	CONSOLE: 'false',
	SIGN_INS_PER_ADDRESS: '100000',
	SHUTDOWN_SECONDS: '2',
	// Receivers of webhooks stand on this machine.
	WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
	LOG_FORMAT: 'json',
	PYTHONUNBUFFERED: '1'
};

const rollcall = (args: string[], settings: Settings) =>
	new Program(PYTHON, ['-m', 'api', ...args], { cwd: PROJECT, env: { ...COMMON, ...settings } });

async function startConsole(apiPort: number, port: number, more: Settings = {}): Promise<Program> {
	if (!existsSync(join(CONSOLE, 'build/handler.js'))) throw new Error('There is no build: npm run build');
	const program = new Program(execPath, ['server.js'], {
		cwd: CONSOLE,
		env: {
			API_URL: `http://127.0.0.1:${apiPort}`,
			PORT: String(port),
			PROXY_TOKEN,
			NODE_ENV: 'production',
			...more
		}
	});
	await program.answers(`http://127.0.0.1:${port}/sign-in`);
	return program;
}

export class Stack {
	readonly place: Place;
	readonly api: Program;
	readonly console: Program;

	private constructor(place: Place, api: Program, console: Program) {
		this.place = place;
		this.api = api;
		this.console = console;
	}

	/** Starts everything, and fills the directory with so many people; the cookies end with the instance's name. */
	static async start(people = 0, consoleSettings: Settings = {}, instance = ''): Promise<Stack> {
		const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-e2e-'));
		const [apiPort, port] = await freePorts();
		const place = { url: `http://localhost:${port}`, apiUrl: `http://127.0.0.1:${apiPort}`, dataDir };
		const api = rollcall(['up'], {
			DATA_DIR: dataDir,
			API_PORT: String(apiPort),
			PUBLIC_URL: place.url,
			COOKIE_INSTANCE: instance
		});
		await api.answers(`${place.apiUrl}/readyz`, 300);
		if (people) await rollcall(['seed', '--users', String(people)], { DATA_DIR: dataDir }).finished();
		const settings = { ...consoleSettings, COOKIE_INSTANCE: instance };
		return new Stack(place, api, await startConsole(apiPort, port, settings));
	}

	async stop(): Promise<void> {
		await this.console.stop();
		await this.api.stop();
		// Where only root could enter, the engines' files lie elsewhere, behind this link.
		const elsewhere = await realpath(join(this.place.dataDir, 'engines')).catch(() => null);
		if (elsewhere) await rm(elsewhere, { recursive: true, force: true });
		await rm(this.place.dataDir, { recursive: true, force: true });
	}
}

/** An API and a console of a test's own, with its own settings, over the engines of a running stack. */
export class Site {
	readonly place: Place;
	readonly console: Program;
	readonly #settings: Settings;
	api!: Program;

	private constructor(place: Place, console: Program, settings: Settings) {
		this.place = place;
		this.console = console;
		this.#settings = settings;
	}

	static async start({ dataDir }: Place, settings: Settings = {}): Promise<Site> {
		const engines = JSON.parse(await readFile(join(dataDir, 'running.json'), 'utf8')) as {
			database_url: string;
			redis_url: string;
		};
		const [apiPort, port] = await freePorts();
		const place = { url: `http://localhost:${port}`, apiUrl: `http://127.0.0.1:${apiPort}`, dataDir };
		const site = new Site(place, await startConsole(apiPort, port), {
			DATABASE_URL: engines.database_url,
			REDIS_URL: engines.redis_url,
			SECRET_KEY: (await readFile(join(dataDir, 'secret-key'), 'utf8')).trim(),
			API_PORT: String(apiPort),
			PUBLIC_URL: place.url,
			DATA_DIR: dataDir,
			...settings
		});
		await site.startApi();
		return site;
	}

	async startApi(): Promise<void> {
		this.api = rollcall(['serve'], this.#settings);
		await this.api.answers(`${this.place.apiUrl}/readyz`);
	}

	async stop(): Promise<void> {
		await this.console.stop();
		await this.api.stop();
	}
}
