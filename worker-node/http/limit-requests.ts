/** The limits of a user's tier at the worker. The API has counted a request that it passes on, and its own do not count. */
import { createMiddleware } from 'hono/factory';
import type { Clock } from '../../src/kernel/core/ports.ts';
import { limitHeaders } from '../../src/kernel/rate-limits/headers.ts';
import type { CountRequest } from '../../src/kernel/rate-limits/user-limits.ts';
import type { CallerEnv } from './authenticate.ts';
import { OpenAIError } from './openai-error.ts';

/** Middleware that sets the limit headers, and throws OpenAIError 429 for a request that is not admitted. */
export function createRequestLimits({ countRequest, clock }: { countRequest: CountRequest; clock: Clock }) {
  return createMiddleware<CallerEnv>(async function limitRequests(c, next) {
    const caller = c.get('caller');
    const decision = caller.kind === 'user' ? await countRequest(caller.actor) : undefined;
    if (decision) {
      for (const [name, value] of Object.entries(limitHeaders(decision, clock.now()))) c.header(name, value);
      if (!decision.admitted) {
        const seconds = Math.max(1, Math.ceil(decision.retryAfterMs / 1000));
        throw new OpenAIError(429, `Too many requests; try again in ${seconds} s`, {
          code: 'rate_limit_exceeded',
          headers: { 'Retry-After': String(seconds) },
        });
      }
    }
    return next();
  });
}
