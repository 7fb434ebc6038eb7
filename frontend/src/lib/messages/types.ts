/** What a catalogue must hold. English is the measure of it. */
import type { enApiKeys } from './en-api-keys.ts';
import type { enAccount } from './en-account.ts';
import type { enChange } from './en-change.ts';
import type { enDevelopers } from './en-developers.ts';
import type { enEntry } from './en-entry.ts';
import type { enEnrol } from './en-enrol.ts';
import type { enEvents } from './en-events.ts';
import type { enEventTypes } from './en-event-types.ts';
import type { enExplorer } from './en-explorer.ts';
import type { enHelp } from './en-help.ts';
import type { enFactor } from './en-factor.ts';
import type { enLinks } from './en-links.ts';
import type { enInvitations } from './en-invitations.ts';
import type { enOwnEmail } from './en-own-email.ts';
import type { enPasskey } from './en-passkey.ts';
import type { enReset } from './en-reset.ts';
import type { enSignIn } from './en-sign-in.ts';
import type { enFirst } from './en-first.ts';
import type { enImport } from './en-import.ts';
import type { enKeys } from './en-keys.ts';
import type { enLeave } from './en-leave.ts';
import type { enViews } from './en-views.ts';
import type { enNew } from './en-new.ts';
import type { enPalette } from './en-palette.ts';
import type { enOverview } from './en-overview.ts';
import type { enRecord } from './en-record.ts';
import type { enRow } from './en-row.ts';
import type { enWebhooks } from './en-webhooks.ts';
import type { en } from './en.ts';

type Widened<T> = T extends string
	? string
	: T extends (...args: infer A) => string
		? (...args: A) => string
		: { readonly [K in keyof T]: Widened<T[K]> };

/** The texts of the pages behind sign-in; a catalogue that lacks one does not compile. */
export type Messages = Widened<typeof en>;
/** Those of them that the pages before sign-in load. */
export type EntryMessages = Widened<typeof enEntry>;
/** Why somebody has to sign in, as the sign-in page says it. */
export type SignInReason = keyof SignInMessages['reasons'];
/** Those of the API page, of its explorer, of the import, of a change of several people, of the log, and of the help: they come with what shows them. */
export type DevelopersMessages = Widened<typeof enDevelopers>;
export type ExplorerMessages = Widened<typeof enExplorer>;
export type ImportMessages = Widened<typeof enImport>;
export type ChangeMessages = Widened<typeof enChange>;
export type EventMessages = Widened<typeof enEvents>;
export type EventTypeMessages = Widened<typeof enEventTypes>;
export type FactorMessages = Widened<typeof enFactor>;
export type EnrolMessages = Widened<typeof enEnrol>;
export type LinkMessages = Widened<typeof enLinks>;
export type InvitationMessages = Widened<typeof enInvitations>;
export type OwnEmailMessages = Widened<typeof enOwnEmail>;
export type PasskeyMessages = Widened<typeof enPasskey>;
export type ResetMessages = Widened<typeof enReset>;
export type SignInMessages = Widened<typeof enSignIn>;
export type FirstMessages = Widened<typeof enFirst>;
export type KeysMessages = Widened<typeof enKeys>;
export type LeaveMessages = Widened<typeof enLeave>;
export type HelpMessages = Widened<typeof enHelp>;
export type ViewMessages = Widened<typeof enViews>;
export type PaletteMessages = Widened<typeof enPalette>;
export type ApiKeyMessages = Widened<typeof enApiKeys>;
export type AccountMessages = Widened<typeof enAccount>;
export type NewMessages = Widened<typeof enNew>;
export type OverviewMessages = Widened<typeof enOverview>;
export type RecordMessages = Widened<typeof enRecord>;
export type RowMessages = Widened<typeof enRow>;
export type WebhookMessages = Widened<typeof enWebhooks>;
