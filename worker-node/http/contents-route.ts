/** `GET /contents?ticket=`: the content of one resource, for the bearer of an address that the API signed. */
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import type { Config } from '../../src/kernel/config/config.ts';
import { AppError } from '../../src/kernel/core/errors.ts';
import type { Log } from '../../src/kernel/core/log.ts';
import { allowsOrigin } from '../../src/kernel/core/origins.ts';
import type { Clock, Ids } from '../../src/kernel/core/ports.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import { createPresignedContents } from '../../src/kernel/worker-client/presigned-contents.ts';
import { contentResponse } from '../../src/services/resources/content-response.ts';
import { readContent } from '../../src/services/resources/read-content.ts';
import { resolveSignedUser } from './signed-user.ts';

export interface ContentsRouteDependencies {
  readonly config: Pick<Config, 'publicUrl' | 'cors'> & { readonly worker: Pick<Config['worker'], 'url' | 'signingKeys'> };
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

const PATH = '/contents';

export function createContentsRoute({ config, db, clock, ids, log }: ContentsRouteDependencies): Hono {
  const contents = createPresignedContents({ config, clock, ids });
  const { origins } = config.cors;
  // The console always: its pages are of PUBLIC_URL, and the worker may be elsewhere.
  const own = new URL(config.publicUrl).origin;
  const app = new Hono();

  app.use(
    PATH,
    cors({
      origin: origins === '*' ? '*' : (origin) => (origin === own || allowsOrigin(origins, origin) ? origin : null),
      allowMethods: ['GET', 'HEAD'],
      allowHeaders: ['Authorization', 'If-None-Match', 'If-Range', 'Range', 'X-API-Key', 'X-Request-Id'],
      exposeHeaders: ['Content-Disposition', 'Content-Range', 'ETag', 'X-Request-Id'],
      maxAge: 600,
    }),
  );

  app.get(PATH, async (c) => {
    const { method, header } = { method: c.req.method, header: (name: string) => c.req.header(name) };
    try {
      const grant = await contents.verify(c.req.query('ticket') ?? '');
      const actor = await resolveSignedUser({ db, clock }, grant, { scope: 'resources:read', refuse: contents.refuse });
      return contentResponse(await readContent({ db }, actor, { id: grant.resourceId }), { method, header });
    } catch (error) {
      if (error instanceof AppError && error.cause instanceof Error)
        log.warning('content ticket refused', { reason: error.cause.message });
      throw error;
    }
  });

  return app;
}
