/** What happened to an account: who, from where, why. Never a token, a key, a code or a password. */
import type { Log } from '../log.ts';

export type SecurityEvent =
  | 'registered'
  | 'login'
  | 'login_failed'
  | 'refresh'
  | 'refresh_failed'
  | 'refresh_reused'
  | 'logout'
  | 'session_revoked'
  | 'credentials_refused';

/** Where a request came from, as far as it is known. */
export interface ClientInfo {
  readonly address: string | null;
  readonly userAgent: string | null;
}

export interface SecurityEventDetails extends ClientInfo {
  readonly userId?: string;
  readonly sessionId?: string;
  readonly reason?: string;
}

const FAILURES = new Set<SecurityEvent>(['login_failed', 'refresh_failed', 'refresh_reused', 'credentials_refused']);

export function logSecurityEvent(log: Log, event: SecurityEvent, details: SecurityEventDetails): void {
  const level = FAILURES.has(event) ? 'warning' : 'info';
  log[level](`security: ${event}`, { event, ...details });
}
