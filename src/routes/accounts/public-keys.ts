/** GET /.well-known/jwks.json: the public keys that verify access tokens. */
import { z } from '@hono/zod-openapi';
import type { AppContext } from '../../services/context.ts';
import { createRouter, defineRoute, json } from '../router.ts';

const jwksRoute = defineRoute({
  method: 'get',
  path: '/.well-known/jwks.json',
  description: 'Empty if a shared secret signs access tokens.',
  responses: { 200: json('A JWK set', z.object({ keys: z.array(z.record(z.string(), z.string())) })) },
});

export function createKeysRoutes({ accessTokens }: Pick<AppContext, 'accessTokens'>) {
  const router = createRouter();
  router.openapi(jwksRoute, async (c) => {
    const keys = (await accessTokens.publicKeys()).map((key) => ({ ...key }) as Record<string, string>);
    return c.json({ keys }, 200, { 'Cache-Control': 'public, max-age=300' });
  });
  return router;
}
