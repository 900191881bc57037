import { serve as listen } from '@hono/node-server';
import { Hono } from 'hono';
import { RESPONSE, serve } from './common.js';

const app = new Hono().get('/bench', (c) => c.json(RESPONSE));
const server = listen({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => serve(port));
server.keepAliveTimeout = 60_000;
