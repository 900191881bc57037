/** Kinds of sessions, and how recent a login must be for the account itself to be changed. */

/** `interactive`: a login by password or provider with full scopes. `grant`: anything that may do less than its user. */
export type SessionKind = 'interactive' | 'grant';

/** `mcp`: a token for `/mcp` alone (RFC 8707). Those for the API are accepted at every path. */
export type TokenAudience = 'api' | 'mcp';

/** What the authorization code of a grant is bound to. */
export interface PendingAuthorization {
  readonly redirectUri: string;
  /** SHA-256 of the verifier in base64url (RFC 7636, S256). */
  readonly challenge: string;
}

/** For how long after a login or a confirmation a session is fresh. */
export const FRESH_SECONDS = 900;

/** A time in the future is as old as one in the past: a clock that was set back makes no login fresh for hours. */
export const isFresh = (authenticatedAt: number | null, now: number): boolean =>
  authenticatedAt !== null && Math.abs(now - authenticatedAt) <= FRESH_SECONDS * 1000;
