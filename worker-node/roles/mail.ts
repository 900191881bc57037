/** The `mail` role: sends mail (`POST /mail`) for an API that cannot speak SMTP, as on Workers. */
import { createMailRoute, type MailRouteDependencies } from '../http/mail-route.ts';
import type { Role } from './role.ts';

export type MailRoleContext = MailRouteDependencies;

export function createMailRole(context: MailRoleContext): Role {
  return { routes: createMailRoute(context), stop: async () => {} };
}
