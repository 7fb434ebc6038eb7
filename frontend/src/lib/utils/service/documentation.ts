/** Where Rollcall is documented: pages that this installation serves, and files of its repository. */
import { developers } from '#lib/utils/explorer/address.ts';

export const PAGES = [
	{ key: 'docs', href: '/api/v1/docs', ours: false },
	{ key: 'openapi', href: '/api/v1/openapi.json', ours: false },
	{ key: 'explorer', href: `${developers.path}#explorer`, ours: true },
	{ key: 'health', href: '/health', ours: false },
	{ key: 'ready', href: '/readyz', ours: false }
] as const;

export const FILES = [
	{ key: 'readme', path: 'README.md' },
	{ key: 'settings', path: '.env.example' },
	{ key: 'importing', path: 'docs/how-to/import.md' },
	{ key: 'backup', path: 'docs/how-to/backup.md' },
	{ key: 'tasks', path: 'docs/explanation/tasks.md' },
	{ key: 'security', path: 'SECURITY.md' },
	{ key: 'contributing', path: 'CONTRIBUTING.md' }
] as const;
