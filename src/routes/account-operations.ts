/**
 * The routes on an account itself that are no operations of `routes/table.ts`, which name their level themselves: those that could take it over, or lock its owner out. They need an interactive session;
 * API keys, narrow tokens, tickets and system users get 403. `fresh`: the session's user logged in or confirmed the password
 * within the last 15 minutes.
 */
import type { AccountLevel } from '../services/accounts/account-session.ts';

export const ACCOUNT_ROUTES: Readonly<Record<string, AccountLevel>> = {
  'POST /auth/confirm': 'interactive',
  'POST /auth/logout': 'interactive',
  'GET /auth/sessions': 'interactive',
  'DELETE /auth/sessions': 'fresh',
  'DELETE /auth/sessions/{id}': 'fresh',
  'GET /auth/api-keys': 'interactive',
  'POST /auth/api-keys': 'fresh',
  'DELETE /auth/api-keys/{id}': 'fresh',
  'GET /auth/providers': 'interactive',
  'DELETE /auth/providers/{provider}': 'fresh',
  'POST /auth/link/{provider}': 'fresh',
  'POST /auth/password': 'fresh',
  'POST /auth/email/verification': 'interactive',
};

export const accountLevelOf = (method: string, path: string): AccountLevel | undefined =>
  ACCOUNT_ROUTES[`${method.toUpperCase()} ${path}`];
