// jose, and the sliding window of @upstash/ratelimit over ioredis, with its scripts without their first line.
import { serve as listen } from '@hono/node-server';
import { Ratelimit } from '@upstash/ratelimit';
import { Hono } from 'hono';
import { Redis } from 'ioredis';
import { jwtVerify } from 'jose';
import { KEY, LIMIT, RESPONSE, redisUrl, serve } from './common.js';

const redis = new Redis(redisUrl);
const key = new TextEncoder().encode(KEY);
const hashes = new Map();
const limiter = new Ratelimit({
  redis: {
    evalsha: (sha, keys, args) =>
      hashes.has(sha) ? redis.evalsha(hashes.get(sha), keys.length, ...keys, ...args) : Promise.reject(new Error('NOSCRIPT')),
    eval: async (script, keys, args) => {
      const plain = script.replace(/^\s*#!.*\n/, '');
      const { createHash } = await import('node:crypto');
      hashes.set(createHash('sha1').update(script).digest('hex'), await redis.script('LOAD', plain));
      return redis.eval(plain, keys.length, ...keys, ...args);
    },
  },
  limiter: Ratelimit.slidingWindow(LIMIT, '60 s'),
  ephemeralCache: false,
});
const app = new Hono()
  .use(async (c, next) => {
    const { payload } = await jwtVerify(c.req.header('Authorization').slice(7), key, { algorithms: ['HS256'] });
    const { success, limit, remaining, reset } = await limiter.limit(payload.sub);
    if (!success) return c.text('Too many requests', 429);
    c.header('X-RateLimit-Limit', String(limit));
    c.header('X-RateLimit-Remaining', String(remaining));
    c.header('X-RateLimit-Reset', String(reset));
    await next();
  })
  .get('/bench', (c) => c.json(RESPONSE));
listen({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => serve(port));
