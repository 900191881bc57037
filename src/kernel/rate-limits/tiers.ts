/** The rate limit policies of the tiers and of unauthenticated requests, from the configuration. */
import type { Config, TierLimits } from '../config/config.ts';
import type { Policy } from '../model/sliding-window.ts';
import type { Tier } from '../model/tiers.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function policiesOf({ perMinute, perHour, perDay }: TierLimits): Policy[] {
  return [
    ...(perMinute > 0 ? [{ name: 'minute', windowMs: MINUTE, limit: perMinute }] : []),
    ...(perHour === undefined ? [] : [{ name: 'hour', windowMs: HOUR, limit: perHour }]),
    ...(perDay === undefined ? [] : [{ name: 'day', windowMs: DAY, limit: perDay }]),
  ];
}

/**
 * The policies of a write: all of the tier's, which reads share, and half of each for writes alone. Those of the tier come
 * first, because a store may know the policies of one key by their position.
 */
const withWrites = (total: readonly Policy[]): Policy[] => [
  ...total,
  ...total.map(({ name, windowMs, limit }) => ({ name: `${name}-writes`, windowMs, limit: Math.max(1, Math.floor(limit / 2)) })),
];

export interface RateLimitPolicies {
  /** An empty list means unlimited. */
  readonly tier: Readonly<Record<Tier, readonly Policy[]>>;
  /** As `tier`, for requests that write. */
  readonly writes: Readonly<Record<Tier, readonly Policy[]>>;
  /** Of requests that a person who types makes, apart from all others: ten times those of the tier. */
  readonly typing: Readonly<Record<Tier, readonly Policy[]>>;
  /** Unauthenticated requests per address. */
  readonly anonymous: readonly Policy[];
  /** Failed logins per pair of account and address. */
  readonly loginPair: readonly Policy[];
  /** Failed logins per account and per address: ten times the limit of a pair. */
  readonly loginEither: readonly Policy[];
  /** Registrations per address. */
  readonly registrations: readonly Policy[];
  /**
   * Mails with a link per account and purpose. The window is as long as a reset link lives, so that an account which gets no
   * further mail has a link that works.
   */
  readonly mailsPerAccount: readonly Policy[];
  /** Mails with a link that a client's address asks for. */
  readonly mailsPerAddress: readonly Policy[];
  /** Apps that register themselves, per address. */
  readonly clientRegistrations: readonly Policy[];
}

export function rateLimitPolicies({ limits }: Pick<Config, 'limits'>): RateLimitPolicies {
  const { free, premium, admin, anonymousPerMinute, loginFailures, registrationsPerHour } = limits;
  const quarterHour = (limit: number): Policy[] => [{ name: 'quarter-hour', windowMs: 15 * MINUTE, limit }];
  const tier = { free: policiesOf(free), premium: policiesOf(premium), admin: policiesOf(admin) };
  const tenfold = (policies: readonly Policy[]) => policies.map((policy) => ({ ...policy, limit: policy.limit * 10 }));
  return {
    tier,
    typing: { free: tenfold(tier.free), premium: tenfold(tier.premium), admin: tenfold(tier.admin) },
    writes: { free: withWrites(tier.free), premium: withWrites(tier.premium), admin: withWrites(tier.admin) },
    anonymous: policiesOf({ perMinute: anonymousPerMinute }),
    loginPair: quarterHour(loginFailures),
    loginEither: quarterHour(loginFailures * 10),
    registrations: [{ name: 'hour', windowMs: HOUR, limit: registrationsPerHour }],
    mailsPerAccount: [{ name: 'half-hour', windowMs: 30 * MINUTE, limit: 3 }],
    mailsPerAddress: [{ name: 'hour', windowMs: HOUR, limit: 20 }],
    clientRegistrations: [{ name: 'hour', windowMs: HOUR, limit: 20 }],
  };
}
