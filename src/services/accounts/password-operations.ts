/** What the user of an interactive session does with the own password and address. */
import { z } from 'zod';
import type { AppContext } from '../context.ts';
import { type AccountCaller, nothing, operation } from '../operation.ts';
import { newPasswordSchema } from './account-schemas.ts';
import { changePassword } from './change-password.ts';
import { confirmPassword } from './confirm-password.ts';

export const changeOwnPassword = operation({
  name: 'account.changePassword',
  scope: null,
  account: 'fresh',
  summary: 'Change the own password',
  description:
    'Ends all other sessions of the account. API keys, linked providers, webhook endpoints and the callback secret stay.',
  destructive: true,
  input: z
    .strictObject({ current_password: z.string().min(1).max(1024), new_password: newPasswordSchema })
    .meta({ id: 'PasswordChange' }),
  output: nothing,
  errors: ['conflict'],
  run: async (
    {
      account,
      origin,
      ...context
    }: Pick<AppContext, 'passwords' | 'sessions' | 'security' | 'accounts' | 'loginLimits' | 'notices'> & AccountCaller,
    { current_password: current, new_password: next },
  ) => changePassword(context, account, { current, next }, origin),
});

export const confirmOwnPassword = operation({
  name: 'account.confirm',
  scope: null,
  account: 'interactive',
  summary: 'Confirm the own password',
  description: 'Makes the session fresh: for 15 minutes it may change the account. Wrong passwords count as failed logins.',
  destructive: false,
  input: z.strictObject({ password: z.string().min(1).max(1024) }).meta({ id: 'Confirmation' }),
  output: nothing,
  errors: ['conflict'],
  run: async (
    { account, origin, ...context }: Pick<AppContext, 'db' | 'clock' | 'accounts' | 'loginLimits' | 'security'> & AccountCaller,
    { password },
  ) => confirmPassword(context, account, password, origin),
});
