/** The limits of a user's tier at the worker. The API has counted a request that it passes on, and its own do not count. */
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { AppError } from '../../src/kernel/core/errors.ts';
import type { Clock } from '../../src/kernel/core/ports.ts';
import type { Decision } from '../../src/kernel/model/sliding-window.ts';
import { limitHeaders } from '../../src/kernel/rate-limits/headers.ts';
import type { CountRequest } from '../../src/kernel/rate-limits/user-limits.ts';
import type { CallerEnv } from './authenticate.ts';

/** Middleware that sets the limit headers, and throws `rate_limited` for a request that is not admitted. */
export function createRequestLimits({ countRequest, clock }: { countRequest: CountRequest; clock: Clock }) {
  return createMiddleware<CallerEnv>(async function limitRequests(c, next) {
    const caller = c.get('caller');
    const decision = caller.kind === 'user' ? await countRequest(caller.actor) : undefined;
    const refusal = decision && applyDecision(c, decision, clock.now());
    if (refusal) throw refusal;
    return next();
  });
}

/** Sets the limit headers. Returns `rate_limited` for a request that was not admitted. */
export function applyDecision(c: Context, decision: Decision, now: number): AppError | undefined {
  for (const [name, value] of Object.entries(limitHeaders(decision, now))) c.header(name, value);
  if (decision.admitted) return undefined;
  const seconds = Math.max(1, Math.ceil(decision.retryAfterMs / 1000));
  return new AppError('rate_limited', `Too many requests; try again in ${seconds} s`, { retryAfter: seconds });
}
