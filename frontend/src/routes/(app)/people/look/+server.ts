import { lookAction } from '#lib/server/view-actions.ts';
import { userList } from '#lib/utils/user/views.ts';

export const POST = lookAction(userList);
