/** The `callbacks` role: sends the callbacks that are due from the outbox. It has no routes. */
import { createGuardedPost } from '../callbacks/guarded-post.ts';
import { createCallbackSender } from '../callbacks/sender.ts';
import type { WorkerContext } from '../worker-context.ts';
import type { Role } from './role.ts';

/** The longest wait, in milliseconds, of a callback that becomes due while the outbox is empty. */
const SWEEP_MS = 1_000;

export type CallbacksRoleContext = Pick<WorkerContext, 'db' | 'clock' | 'log' | 'addressPolicy' | 'userAgent' | 'stopping'>;

export function createCallbacksRole(context: CallbacksRoleContext): Role {
  const { db, clock, log, addressPolicy, userAgent, stopping } = context;
  const http = createGuardedPost({ policy: addressPolicy, clock, userAgent });
  const sender = createCallbackSender({ db, clock, log, http, random: Math.random, stop: stopping });
  return { tasks: [{ everyMs: SWEEP_MS, run: () => sender.sweep() }], stop: () => http.close() };
}
