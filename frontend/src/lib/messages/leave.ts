/** The words of the question before leaving: loaded once there is something to lose. */
import type { Locale } from './locale.ts';
import type { LeaveMessages } from './types.ts';

export async function loadLeaveMessages(locale: Locale): Promise<LeaveMessages> {
	return locale === 'de' ? (await import('./de-leave.ts')).deLeave : (await import('./en-leave.ts')).enLeave;
}
