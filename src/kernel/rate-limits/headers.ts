/** The headers that tell a client where it stands under its limits. */
import type { Decision, Policy } from '../model/sliding-window.ts';

const secondsUntil = (ms: number) => Math.max(0, Math.ceil(ms / 1000));
const quoted = ({ name }: Policy) => `"${name}"`;

/**
 * `X-RateLimit-*`: the tightest policy, its reset in Unix seconds. `RateLimit` and `RateLimit-Policy`: every policy, as in
 * draft-ietf-httpapi-ratelimit-headers, `t` in seconds from now.
 */
export function limitHeaders({ states }: Decision, now: number): Record<string, string> {
  const [tightest] = [...states].sort((a, b) => a.remaining / a.policy.limit - b.remaining / b.policy.limit);
  if (!tightest) return {};
  return {
    'X-RateLimit-Limit': String(tightest.policy.limit),
    'X-RateLimit-Remaining': String(tightest.remaining),
    'X-RateLimit-Reset': String(Math.ceil(tightest.resetAt / 1000)),
    'RateLimit-Policy': states.map(({ policy }) => `${quoted(policy)};q=${policy.limit};w=${policy.windowMs / 1000}`).join(', '),
    RateLimit: states
      .map(({ policy, remaining, resetAt }) => `${quoted(policy)};r=${remaining};t=${secondsUntil(resetAt - now)}`)
      .join(', '),
  };
}
