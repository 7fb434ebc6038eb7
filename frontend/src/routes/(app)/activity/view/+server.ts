import { viewAction } from '#lib/server/view-actions.ts';
import { eventList } from '#lib/utils/event/views.ts';

export const POST = viewAction(eventList);
