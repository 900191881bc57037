/** What is done by a link in a mail: a password is reset, an address is verified. */
import { z } from 'zod';
import type { AppContext } from '../context.ts';
import { type AccountCaller, nothing, type OpenCaller, operation } from '../operation.ts';
import { newPasswordSchema } from './account-schemas.ts';
import { verifyEmail } from './verify-email.ts';

const linkToken = z.string().min(1).max(200).meta({ description: 'Part after the # of the link in the mail' });

type Context = Pick<AppContext, 'emailLinks'>;

export const requestPasswordReset = operation({
  name: 'account.forgotPassword',
  scope: 'public',
  summary: 'Request a password reset mail',
  description:
    'Known and unknown addresses get the same response. A link stays valid if another mail is asked for. An account is sent three mails in half an hour.',
  destructive: false,
  input: z.strictObject({ email: z.email().max(254) }).meta({ id: 'PasswordForgotten' }),
  output: nothing,
  errors: ['rate_limited', 'not_configured'],
  run: async ({ emailLinks, origin }: Context & OpenCaller, { email }) => emailLinks.requestPasswordReset(email, origin),
});

export const resetPassword = operation({
  name: 'account.resetPassword',
  scope: 'public',
  summary: 'Reset a password with the token of a mail',
  description:
    'Verifies the address and ends every credential of before: sessions, API keys, linked providers, webhook endpoints and the callback secret.',
  destructive: true,
  input: z.strictObject({ token: linkToken, password: newPasswordSchema }).meta({ id: 'PasswordReset' }),
  output: nothing,
  errors: ['gone', 'unavailable'],
  run: async ({ emailLinks, origin }: Context & OpenCaller, { token, password }) =>
    emailLinks.resetPassword(token, password, origin),
});

export const requestVerification = operation({
  name: 'account.requestVerification',
  scope: null,
  account: 'interactive',
  summary: 'Request a verification mail',
  description: 'Mails a link to the address of the account. Its page calls POST /auth/email/verify.',
  destructive: false,
  input: z.object({}),
  output: nothing,
  errors: ['rate_limited', 'not_configured'],
  run: async ({ emailLinks, account, origin }: Context & AccountCaller) => emailLinks.requestVerification(account.user, origin),
});

export const verifyOwnEmail = operation({
  name: 'account.verifyEmail',
  scope: 'public',
  summary: 'Verify an e-mail address with the token of a mail',
  description:
    'The link proves the mailbox. That the same person holds the account is proved by its `password`, or without one by an ' +
    'access token of an interactive session of it in `Authorization`. A wrong password counts as a failed login. A link that ' +
    'is refused for the proof stays valid.',
  destructive: false,
  input: z
    .strictObject({
      token: linkToken,
      password: z
        .string()
        .min(1)
        .max(1024)
        .optional()
        .meta({ description: 'Password of the account; required without an access token of it' }),
    })
    .meta({ id: 'EmailVerification' }),
  output: nothing,
  errors: ['unauthenticated', 'forbidden', 'conflict', 'gone', 'rate_limited', 'unavailable'],
  run: async (
    { origin, session, ...context }: Context & Pick<AppContext, 'accounts' | 'loginLimits' | 'security'> & OpenCaller,
    { token, password },
  ) => {
    const proof = { password, session: password === undefined ? await session() : undefined };
    await verifyEmail(context, token, proof, origin);
  },
});
