import { viewAction } from '#lib/server/view-actions.ts';
import { userList } from '#lib/utils/user/views.ts';

export const POST = viewAction(userList);
