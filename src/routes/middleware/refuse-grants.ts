/** Refuses connected apps. Runs before routing, so that they get the same response for existing and missing paths. */
import type { MiddlewareHandler } from 'hono';
import { AppError } from '../../kernel/core/errors.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { AppEnv } from '../env.ts';

export const refuseGrants: MiddlewareHandler<AppEnv> = async function refuseGrants(c, next) {
  const actor = c.get('actor') as Actor | undefined;
  if (actor?.clientId !== undefined) throw new AppError('forbidden', 'A connected app cannot use the account of its user');
  await next();
};
