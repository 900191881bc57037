/** /auth/password and /auth/email: resets passwords and verifies e-mail addresses by mail. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { newPasswordSchema } from '../../services/accounts/account-schemas.ts';
import { type AccountSession, requireAccountSession } from '../../services/accounts/account-session.ts';
import { verifyEmail } from '../../services/accounts/verify-email.ts';
import type { AppContext } from '../../services/context.ts';
import type { AppEnv } from '../env.ts';
import { createCredentials } from '../middleware/credentials.ts';
import { requestOrigin } from '../middleware/request-origin.ts';
import { createRouter, defineRoute, jsonBody, problems } from '../router.ts';

const linkToken = z.string().min(1).max(200).openapi({ description: 'Part after the # of the link in the mail' });

const requestResetRoute = defineRoute({
  method: 'post',
  path: '/auth/password/forgot',
  description:
    'Known and unknown addresses get the same response. A link stays valid if another mail is asked for. An account is sent three mails in half an hour.',
  request: { body: jsonBody(z.strictObject({ email: z.email().max(254) }).openapi('PasswordForgotten')) },
  responses: { 202: { description: 'A mail is sent if an account has this address' }, ...problems(400, 422, 429, 501) },
});

const resetRoute = defineRoute({
  method: 'post',
  path: '/auth/password/reset',
  description:
    'Verifies the address and ends every credential of before: sessions, API keys, linked providers, webhook endpoints and the callback secret.',
  request: { body: jsonBody(z.strictObject({ token: linkToken, password: newPasswordSchema }).openapi('PasswordReset')) },
  responses: { 204: { description: 'Set' }, ...problems(400, 410, 422, 503) },
});

const requestVerificationRoute = defineRoute({
  method: 'post',
  path: '/auth/email/verification',
  description: 'Mails a link to the address of the account. Its page calls POST /auth/email/verify.',
  responses: { 202: { description: 'A mail is sent unless the address is verified already' }, ...problems(429, 501) },
});

const verifyRoute = defineRoute({
  method: 'post',
  path: '/auth/email/verify',
  description:
    'The link proves the mailbox. That the same person holds the account is proved by its `password`, or without one by an ' +
    'access token of an interactive session of it in `Authorization`. A wrong password counts as a failed login. A link that ' +
    'is refused for the proof stays valid.',
  request: {
    body: jsonBody(
      z
        .strictObject({
          token: linkToken,
          password: z
            .string()
            .min(1)
            .max(1024)
            .optional()
            .openapi({ description: 'Password of the account; required without an access token of it' }),
        })
        .openapi('EmailVerification'),
    ),
  },
  responses: { 204: { description: 'Verified' }, ...problems(400, 401, 403, 409, 410, 422, 429, 503) },
});

export function createPasswordRoutes(context: AppContext) {
  const { emailLinks, requestLimits } = context;
  const credentials = createCredentials(context);
  const router = createRouter();

  router.openapi(requestResetRoute, async (c) => {
    await emailLinks.requestPasswordReset(c.req.valid('json').email, requestOrigin(c));
    return c.body(null, 202);
  });

  router.openapi(resetRoute, async (c) => {
    const { token, password } = c.req.valid('json');
    await emailLinks.resetPassword(token, password, requestOrigin(c));
    return c.body(null, 204);
  });

  router.openapi(requestVerificationRoute, async (c) => {
    await emailLinks.requestVerification(c.get('account').user, requestOrigin(c));
    return c.body(null, 202);
  });

  /** The session in `Authorization`, which an open route reads for itself; undefined without the header. */
  async function sessionOf(c: Context<AppEnv>): Promise<AccountSession | undefined> {
    const header = c.req.header('Authorization');
    if (header === undefined) return undefined;
    const actor = await credentials.verifyAuthorization(c, header);
    if (await requestLimits.isRevoked(actor)) return credentials.refuseRevoked(c);
    return requireAccountSession(context, actor, 'interactive');
  }

  router.openapi(verifyRoute, async (c) => {
    const { token, password } = c.req.valid('json');
    const session = password === undefined ? await sessionOf(c) : undefined;
    await verifyEmail(context, token, { password, session }, requestOrigin(c));
    return c.body(null, 204);
  });

  return router;
}
