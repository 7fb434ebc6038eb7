import type { Api } from '#lib/server/api.ts';
import type { Locale } from '#lib/messages/locale.ts';
import type { Theme } from '#lib/types/preferences.ts';
import type { Viewer } from '#lib/graphql/documents.ts';

declare global {
	namespace App {
		interface Error {
			status: number;
			message: string;
			/** The API's error code, if the API raised the error. */
			code?: string;
			/** The id under which the logs have the request. */
			requestId?: string;
		}
		interface Locals {
			api: Api;
			requestId: string;
			theme: Theme;
			locale: Locale;
			timeZone: string;
		}
		interface Platform {
			/** The request as node has it, with what the front door takes pages by; not in development. */
			req?: { [take: symbol]: ((page: readonly string[]) => boolean) | undefined };
		}
		interface PageData {
			viewer?: Viewer;
		}
		interface PageState {
			/** The id of the user beside the list; null where the one of the address was closed. */
			peek?: string | null;
			/** Whether the entry of the history before this one is the same page without them. */
			pushed?: boolean;
		}
	}
}

export {};
