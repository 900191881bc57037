import { AppError } from '../../kernel/core/errors.ts';
import { addressKey } from '../../kernel/rate-limits/address.ts';
import type { AppContext } from '../context.ts';
import { type OpenCaller, operation } from '../operation.ts';
import { registrationSchema, userSchema, userToWire } from './account-schemas.ts';
import { type AccountDependencies, register } from './accounts.ts';

type Context = AccountDependencies & Pick<AppContext, 'limiter' | 'rateLimits' | 'security'> & OpenCaller;

export const registerAccount = operation({
  name: 'account.register',
  scope: 'public',
  summary: 'Register an account',
  description:
    'Creates an account with the tier `free`. With ENV=dev the first account is an admin, if a person at the machine itself ' +
    'registers it. 403 where registration is closed.',
  destructive: false,
  input: registrationSchema,
  output: userSchema,
  errors: ['forbidden', 'conflict', 'rate_limited', 'unavailable'],
  run: async ({ limiter, rateLimits, security, origin, isLocal, ...context }: Context, registration) => {
    const turn = addressKey(origin.address);
    const { admitted, retryAfterMs } = await limiter.decide(`register:${turn}`, rateLimits.registrations);
    if (!admitted)
      throw new AppError('rate_limited', 'Too many registrations from your address', { retryAfter: retryAfterMs / 1000 });
    const user = await register(context, registration, { turn, isLocal });
    const first = user.tier === 'admin' ? { reason: 'the first account: admin' } : {};
    security.record('registered', { ...origin, userId: user.id, ...first });
    return userToWire(user);
  },
});
