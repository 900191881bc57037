/**
 * Headers that every answer carries, set before there is one. Hono keeps them in a `Headers`, which checks, lowers and sorts
 * each and is a third of what a request costs on Node; a runtime that has something cheaper is given them directly. What a
 * handler sets itself wins.
 */
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../env.ts';
import type { Runtime } from '../runtime.ts';

export function responseHeaders({ setHeader }: Pick<Runtime, 'setHeader'>) {
  return createMiddleware<AppEnv>(function answerHeaders(c, next) {
    if (setHeader) c.set('setHeader', setHeader);
    return next();
  });
}

export function setResponseHeader(c: Context<AppEnv>, name: string, value: string): void {
  const direct = c.get('setHeader');
  if (direct) direct(c, name, value);
  else c.header(name, value);
}
