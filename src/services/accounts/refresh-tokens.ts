import type { AppContext } from '../context.ts';
import { type OpenCaller, operation } from '../operation.ts';
import { refreshSchema, requestedScopes, sessionTokensSchema, sessionTokensToWire } from './account-schemas.ts';

export const refreshTokens = operation({
  name: 'tokens.refresh',
  scope: 'public',
  summary: 'Exchange a refresh token for a new pair',
  description:
    'Each refresh token works once. Its immediate parent works for 30 s more, for tabs that refresh at the same time; an older ' +
    'one ends the session. Without a body, the token is read from the cookie of a page of this server.',
  destructive: false,
  input: refreshSchema,
  output: sessionTokensSchema,
  errors: ['unauthenticated', 'forbidden'],
  run: async ({ sessions, origin }: Pick<AppContext, 'sessions'> & OpenCaller, { refresh_token: token, scope }) =>
    sessionTokensToWire(await sessions.refresh(token, origin, requestedScopes(scope))),
});
