import { AppError } from '../../kernel/core/errors.ts';
import { entitledScopes } from '../../kernel/model/actor.ts';
import type { AppContext } from '../context.ts';
import { type OpenCaller, operation } from '../operation.ts';
import { loginSchema, requestedScopes, sessionTokensSchema, sessionTokensToWire } from './account-schemas.ts';
import { checkPassword } from './check-password.ts';

type Context = Pick<AppContext, 'accounts' | 'loginLimits' | 'security' | 'sessions'> & OpenCaller;

export const login = operation({
  name: 'tokens.login',
  scope: 'public',
  summary: 'Log in with a password',
  description: 'The password grant of OAuth 2, as a form or as JSON. An unknown user and a wrong password get the same response.',
  destructive: false,
  input: loginSchema,
  output: sessionTokensSchema,
  errors: ['invalid_credentials', 'forbidden', 'rate_limited', 'unavailable'],
  run: async ({ security, sessions, origin, ...context }: Context, { username, password, scope }) => {
    const result = await checkPassword(context, username, password, origin);
    if (!result.user) {
      const { reason, userId } = result;
      security.record('login_failed', { ...origin, reason, ...(userId === undefined ? {} : { userId }) });
      throw new AppError('invalid_credentials', 'Incorrect username or password');
    }
    const { user } = result;
    const pair = await sessions.start(user, requestedScopes(scope) ?? entitledScopes(user.tier), origin);
    security.record('login', { ...origin, userId: user.id });
    return sessionTokensToWire(pair);
  },
});
