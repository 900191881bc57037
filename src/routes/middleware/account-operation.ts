/** Account operations: refuses credentials that may not do them, and sets `account` for the handlers. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { requireAccountSession } from '../../services/accounts/account-session.ts';
import type { AppContext } from '../../services/context.ts';
import type { AppEnv } from '../env.ts';
import { ACCOUNT_OPERATIONS } from '../table.ts';

/** Registered by the router's own patterns, so that the check and the route decide on the same requests. */
/** Changes of other accounts: by the master key or TEST_MODE, else by an admin in a fresh interactive session. */
const ADMINISTRATION = { method: 'PATCH', path: '/admin/users/:id' };

export function guardAccountOperations(app: OpenAPIHono<AppEnv>, context: Pick<AppContext, 'config' | 'db' | 'clock'>): void {
  for (const [operation, level] of Object.entries(ACCOUNT_OPERATIONS)) {
    const [method = '', path = ''] = operation.split(' ');
    app.on(method, path.replaceAll(/\{(\w+)\}/g, ':$1'), async function accountOperation(c, next) {
      c.set('account', await requireAccountSession(context, c.get('actor'), level));
      await next();
    });
  }
  app.on(ADMINISTRATION.method, ADMINISTRATION.path, async function administration(c, next) {
    const actor = c.get('actor');
    if (actor.kind !== 'service' && !context.config.testMode) await requireAccountSession(context, actor, 'fresh');
    await next();
  });
}
