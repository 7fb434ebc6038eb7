/** What a file is called by: its vendor, its encoding. */
import type { Vendor } from '#lib/types/import.ts';

export const VENDOR_NAMES: Readonly<Record<Vendor, string>> = {
	okta: 'Okta',
	google: 'Google Workspace',
	entra: 'Microsoft Entra',
	keycloak: 'Keycloak',
	auth0: 'Auth0',
	moodle: 'Moodle'
};

/** An encoding as people write it; `cp1252` is Python's name of windows-1252. */
export function encodingName(name: string): string {
	return name.startsWith('cp125') ? `Windows-${name.slice(2)}` : name.toUpperCase().replaceAll('_', '-');
}
