// Configured as in the READMEs of hono/jwt, hono-rate-limiter and rate-limit-redis.
import { serve as listen } from '@hono/node-server';
import { Hono } from 'hono';
import { jwt } from 'hono/jwt';
import { rateLimiter } from 'hono-rate-limiter';
import { Redis } from 'ioredis';
import { RedisStore } from 'rate-limit-redis';
import { KEY, LIMIT, RESPONSE, redisUrl, serve } from './common.js';

const redis = new Redis(redisUrl);
const app = new Hono()
  .use(jwt({ secret: KEY, alg: 'HS256' }))
  .use(
    rateLimiter({
      windowMs: 60_000,
      limit: LIMIT,
      standardHeaders: 'draft-6',
      keyGenerator: (c) => c.get('jwtPayload').sub,
      store: new RedisStore({ sendCommand: (...args) => redis.call(...args) }),
    }),
  )
  .get('/bench', (c) => c.json(RESPONSE));
listen({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => serve(port));
