/** `/api/...` answers as `...` does. The alias is taken off before routing, so routes, locks and logs know one path each. */
import { getPath } from 'hono/utils/url';

const ALIAS = '/api';

export function stripApiPrefix(request: Request): string {
  const path = getPath(request);
  if (path === ALIAS) return '/';
  return path.startsWith(`${ALIAS}/`) ? path.slice(ALIAS.length) : path;
}
