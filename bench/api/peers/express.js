// Configured as in the READMEs of express-jwt, express-rate-limit and rate-limit-redis.
import express from 'express';
import { expressjwt } from 'express-jwt';
import { rateLimit } from 'express-rate-limit';
import { Redis } from 'ioredis';
import { RedisStore } from 'rate-limit-redis';
import { KEY, LIMIT, RESPONSE, redisUrl, serve } from './common.js';

const redis = new Redis(redisUrl);
const app = express();
app.use(expressjwt({ secret: KEY, algorithms: ['HS256'] }));
app.use(
  rateLimit({
    windowMs: 60_000,
    limit: LIMIT,
    standardHeaders: 'draft-8',
    legacyHeaders: true,
    keyGenerator: (request) => request.auth.sub,
    store: new RedisStore({ sendCommand: (...args) => redis.call(...args) }),
  }),
);
app.get('/bench', (_request, response) => response.json(RESPONSE));
const server = app.listen(0, '127.0.0.1', () => serve(server.address().port));
