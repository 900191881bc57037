/** /auth/password and /auth/email: changing and resetting a password, confirming an address. */
import { createRoute, z } from '@hono/zod-openapi';
import { findUser } from '../../kernel/db/users.ts';
import { changePassword } from '../../services/accounts/change-password.ts';
import type { AppContext } from '../../services/context.ts';
import { requestOrigin } from '../middleware/request-origin.ts';
import { authenticated, createRouter, problems } from '../router.ts';
import { newPasswordSchema } from './auth-schemas.ts';

const tags = ['Authentication'];
const jsonBody = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } }, required: true });
const linkToken = z.string().min(1).max(200).openapi({ description: 'From the link in the mail, after the #' });

const changeRoute = createRoute({
  method: 'post',
  path: '/auth/password',
  tags,
  summary: 'Change my password',
  description: 'Ends all my other sessions.',
  security: authenticated,
  request: {
    body: jsonBody(
      z
        .strictObject({ current_password: z.string().min(1).max(1024), new_password: newPasswordSchema })
        .openapi('PasswordChange'),
    ),
  },
  responses: { 204: { description: 'Changed' }, ...problems(400, 401, 403, 422) },
});

const askResetRoute = createRoute({
  method: 'post',
  path: '/auth/password/forgot',
  tags,
  summary: 'Ask for a link to set a new password',
  description: 'The answer is the same whether the address is known or not.',
  security: [],
  request: { body: jsonBody(z.strictObject({ email: z.email().max(254) }).openapi('PasswordForgotten')) },
  responses: { 202: { description: 'If the address is an account’s, a mail is on its way' }, ...problems(400, 422, 501) },
});

const resetRoute = createRoute({
  method: 'post',
  path: '/auth/password/reset',
  tags,
  summary: 'Set a new password with a link from a mail',
  description: 'Ends all sessions of the account.',
  security: [],
  request: { body: jsonBody(z.strictObject({ token: linkToken, password: newPasswordSchema }).openapi('PasswordReset')) },
  responses: { 204: { description: 'Set' }, ...problems(400, 410, 422) },
});

const askVerificationRoute = createRoute({
  method: 'post',
  path: '/auth/email/verification',
  tags,
  summary: 'Ask for a link that confirms my address',
  security: authenticated,
  responses: { 202: { description: 'A mail is on its way, unless the address is confirmed already' }, ...problems(401, 501) },
});

const verifyRoute = createRoute({
  method: 'post',
  path: '/auth/email/verify',
  tags,
  summary: 'Confirm an address with a link from a mail',
  security: [],
  request: { body: jsonBody(z.strictObject({ token: linkToken }).openapi('EmailVerification')) },
  responses: { 204: { description: 'Confirmed' }, ...problems(400, 410, 422) },
});

export function createPasswordRoutes(services: AppContext) {
  const { db, emailLinks } = services;
  const router = createRouter();

  router.openapi(changeRoute, async (c) => {
    const { current_password: current, new_password: next } = c.req.valid('json');
    await changePassword(services, c.get('actor'), { current, next }, requestOrigin(c));
    return c.body(null, 204);
  });

  router.openapi(askResetRoute, (c) => {
    emailLinks.requestPasswordReset(c.req.valid('json').email, requestOrigin(c));
    return c.body(null, 202);
  });

  router.openapi(resetRoute, async (c) => {
    const { token, password } = c.req.valid('json');
    await emailLinks.resetPassword(token, password, requestOrigin(c));
    return c.body(null, 204);
  });

  router.openapi(askVerificationRoute, async (c) => {
    const user = await findUser(db, c.get('actor').userId);
    if (user) emailLinks.requestVerification(user);
    return c.body(null, 202);
  });

  router.openapi(verifyRoute, async (c) => {
    await emailLinks.verify(c.req.valid('json').token, requestOrigin(c));
    return c.body(null, 204);
  });

  return router;
}
