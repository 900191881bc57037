import { setting } from '../setting.ts';
import { integer } from '../values.ts';

const group = 'Limits';

export const LIMITS = {
  RATE_LIMIT_FREE_TIER: setting({
    group,
    description: 'Requests per minute on the free tier.',
    schema: integer(1, 10_000_000),
    default: 100,
  }),
  RATE_LIMIT_PREMIUM_TIER: setting({
    group,
    description: 'Requests per minute on the premium tier.',
    schema: integer(1, 10_000_000),
    default: 1000,
  }),
  RATE_LIMIT_ADMIN_TIER: setting({
    group,
    description: 'Requests per minute of admins; 0 is unlimited.',
    schema: integer(0, 10_000_000),
    default: 0,
  }),
  RATE_LIMIT_FREE_HOUR: perPeriod('hour', 'free'),
  RATE_LIMIT_FREE_DAY: perPeriod('day', 'free'),
  RATE_LIMIT_PREMIUM_HOUR: perPeriod('hour', 'premium'),
  RATE_LIMIT_PREMIUM_DAY: perPeriod('day', 'premium'),
  QUOTA_FREE_DOCUMENTS: quota('Documents', 'free'),
  QUOTA_FREE_BYTES: quota('Bytes of stored documents', 'free'),
  QUOTA_PREMIUM_DOCUMENTS: quota('Documents', 'premium'),
  QUOTA_PREMIUM_BYTES: quota('Bytes of stored documents', 'premium'),
  QUOTA_ADMIN_DOCUMENTS: quota('Documents', 'admin'),
  QUOTA_ADMIN_BYTES: quota('Bytes of stored documents', 'admin'),
  RATE_LIMIT_ANONYMOUS_TIER: setting({
    group,
    description: 'Unauthenticated requests per address and minute.',
    schema: integer(1, 10_000_000),
    default: 120,
  }),
  RATE_LIMIT_LOGIN_FAILURES: setting({
    group,
    description: 'Failed logins per account and address in 15 minutes; ten times that per account and per address.',
    schema: integer(1, 1_000_000),
    default: 10,
  }),
  RATE_LIMIT_REGISTRATIONS: setting({
    group,
    description: 'Registrations per address and hour.',
    schema: integer(1, 1_000_000),
    default: 20,
  }),
  RATE_LIMIT_SEARCH_COST: setting({
    group,
    description: 'Number of requests that one search counts as.',
    schema: integer(1, 1000),
    default: 1,
  }),
};

function perPeriod(period: 'hour' | 'day', tier: 'free' | 'premium') {
  return setting({
    group,
    description: `Requests per ${period} on the ${tier} tier.`,
    schema: integer(1, 100_000_000),
    whenUnset: 'no such limit',
  });
}

function quota(what: string, tier: 'free' | 'premium' | 'admin') {
  return setting({
    group,
    description: `${what} that an account of the ${tier} tier may have.`,
    schema: integer(0, 999_999_999_999_999),
    whenUnset: 'no such quota',
  });
}
