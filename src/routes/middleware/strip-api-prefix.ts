/** Serves `/api/...` as `...`, for clients of the earlier Python service. Removed before routing, so each route has one path. */
import { getPath } from 'hono/utils/url';

const PREFIX = '/api';

export function stripApiPrefix(request: Request): string {
  const path = getPath(request);
  if (path === PREFIX) return '/';
  return path.startsWith(`${PREFIX}/`) ? path.slice(PREFIX.length) : path;
}
