/** How vendors, encodings and the values of a row are shown. */
import type { Messages } from '#lib/messages/types.ts';
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

/** The value of a field as it is shown: a role or a status in the visitor's language, others as they are. */
export function valueName({ role, status }: Messages, field: string, value: unknown): string {
	const names: Record<string, string> = field === 'role' ? role : field === 'status' ? status : {};
	return names[String(value).toUpperCase()] ?? String(value);
}
