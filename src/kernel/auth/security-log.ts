/** The security events of accounts: user, origin and reason. Tokens, keys, codes and passwords are never recorded. */

import type { Log } from '../core/log.ts';
import type { Metrics } from '../core/metrics.ts';
import type { Background, Clock, Ids } from '../core/ports.ts';
import { insertSecurityEvent } from '../db/security-events.ts';
import type { Database } from '../db/types.ts';

const EVENTS = {
  registered: 'info',
  login: 'info',
  login_failed: 'warning',
  login_limited: 'warning',
  refresh: 'info',
  refresh_failed: 'warning',
  refresh_reused: 'warning',
  logout: 'info',
  session_revoked: 'info',
  session_confirmed: 'info',
  token_revoked: 'info',
  client_registered: 'info',
  grant_issued: 'info',
  grant_refused: 'warning',
  grant_revoked: 'info',
  api_key_created: 'info',
  api_key_deleted: 'info',
  credentials_refused: 'warning',
  password_changed: 'info',
  password_reset_asked: 'info',
  password_reset: 'info',
  email_verified: 'info',
  email_change_asked: 'info',
  email_changed: 'info',
  username_changed: 'info',
  oauth_login: 'info',
  oauth_linked: 'info',
  oauth_unlinked: 'info',
  oauth_failed: 'warning',
  tier_changed: 'info',
  activated: 'info',
  deactivated: 'info',
  account_deleted: 'info',
} as const;

export type SecurityEvent = keyof typeof EVENTS;

/** The origin of a request; null for unknown parts. */
export interface RequestOrigin {
  readonly address: string | null;
  readonly userAgent: string | null;
}

export interface SecurityEventDetails extends RequestOrigin {
  readonly userId?: string;
  readonly sessionId?: string;
  readonly reason?: string;
}

export interface SecurityLog {
  /** Logs the event and, if it concerns a user, stores it in the background. Never throws. */
  record(event: SecurityEvent, details: SecurityEventDetails): void;
}

interface Dependencies {
  readonly db: Database;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly background: Background;
}

export function createSecurityLog({ db, log, metrics, clock, ids, background }: Dependencies): SecurityLog {
  const events = metrics.counter('pharos_security_events_total', 'Security events of accounts: logins, refusals, revocations', [
    'event',
  ]);
  return {
    record: (event, details) => {
      events.add({ event });
      log[EVENTS[event]](`security: ${event}`, { event, ...details });
      const { userId, address, userAgent, reason = null } = details;
      // Events without a user are only logged, so that unauthenticated clients cannot fill the database.
      if (userId === undefined) return;
      const row = { id: ids.next(), event, userId, address, userAgent, reason, createdAt: clock.now() };
      background.run('store a security event', () => insertSecurityEvent(db, row));
    },
  };
}
