// Configured as in the READMEs of @fastify/jwt and @fastify/rate-limit; BENCH_CACHE enables the token cache.
import jwt from '@fastify/jwt';
import rateLimit from '@fastify/rate-limit';
import Fastify from 'fastify';
import { Redis } from 'ioredis';
import { KEY, LIMIT, RESPONSE, redisUrl, serve } from './common.js';

const redis = new Redis(redisUrl, { connectTimeout: 500, maxRetriesPerRequest: 1 });
const app = Fastify();
await app.register(jwt, { secret: KEY, ...(process.env.BENCH_CACHE ? { verify: { cache: true } } : {}) });
app.addHook('onRequest', (request) => request.jwtVerify());
await app.register(rateLimit, {
  max: LIMIT,
  timeWindow: '1 minute',
  redis,
  keyGenerator: (request) => request.user.sub,
});
app.get('/bench', async () => RESPONSE);
await app.listen({ port: 0, host: '127.0.0.1' });
serve(app.server.address().port);
