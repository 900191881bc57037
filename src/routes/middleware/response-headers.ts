/**
 * Headers that every response carries, set before its handler runs. Hono would keep them in a `Headers` object, which
 * validates, lowercases and sorts each: a third of the cost of a request on Node. A runtime that has a cheaper way sets them
 * directly. A header that a handler sets itself wins.
 */
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../env.ts';
import type { Runtime } from '../runtime.ts';

export function responseHeaders({ setHeader }: Pick<Runtime, 'setHeader'>) {
  return createMiddleware<AppEnv>(function responseHeaders(c, next) {
    if (setHeader) c.set('setHeader', setHeader);
    return next();
  });
}

export function setResponseHeader(c: Context<AppEnv>, name: string, value: string): void {
  const direct = c.get('setHeader');
  if (direct) direct(c, name, value);
  else c.header(name, value);
}
