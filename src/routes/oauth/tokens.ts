/** POST /oauth/token and POST /oauth/register: tokens of apps, and their registration. */
import { OAuthError } from '../../kernel/auth/oauth-error.ts';
import { tokenSchema, tokensToWire } from '../../services/accounts/account-schemas.ts';
import type { AppContext } from '../../services/context.ts';
import { issueTokens, tokenRequestSchema } from '../../services/grants/issue-tokens.ts';
import { clientMetadataSchema, clientSchema, registerClient } from '../../services/grants/register-client.ts';
import { requireContentType } from '../middleware/content-type.ts';
import { requestOrigin } from '../middleware/request-origin.ts';
import { createRouter, defineRoute, formBody, json, jsonBody } from '../router.ts';
import { NO_STORE, oauthErrors, sendOAuthError } from './oauth-errors.ts';

const tokenRoute = defineRoute(
  {
    method: 'post',
    path: '/oauth/token',
    description:
      'An app exchanges its code, with the verifier of its challenge, for the tokens of a grant, and a refresh token for the next ' +
      'pair. A code works once, within a minute; used again it ends the grant. Refresh tokens rotate as those of logins do.',
    middleware: requireContentType(['application/x-www-form-urlencoded']),
    request: { body: formBody(tokenRequestSchema) },
    responses: { 200: json('A token pair', tokenSchema), ...oauthErrors(400, 401, 408, 413, 415, 503) },
  },
  { invalidInput: 400 },
);

const registerRoute = defineRoute(
  {
    method: 'post',
    path: '/oauth/register',
    description:
      'For public clients, which have no secret. Metadata that Pharos does not know is ignored; the response says what was ' +
      'registered. A client that no user connects within 24 hours is deleted.',
    middleware: requireContentType(['application/json']),
    request: { body: jsonBody(clientMetadataSchema) },
    responses: { 201: json('The client', clientSchema), ...oauthErrors(400, 408, 413, 415, 503) },
  },
  { invalidInput: 400 },
);

export function createTokenRoutes(context: AppContext) {
  const router = createRouter();
  router.onError(sendOAuthError(context, 'invalid_request'));
  router.openapi(tokenRoute, async (c) => {
    // A client that authenticates believes to have a secret, which Pharos gave to none.
    if (c.req.header('Authorization') !== undefined) {
      throw new OAuthError('invalid_client', 'Clients have no secret here: send client_id in the form, without Authorization');
    }
    const pair = await issueTokens(context, c.req.valid('form'), requestOrigin(c));
    return c.json(tokensToWire(pair), 200, NO_STORE);
  });
  return router;
}

export function createRegistrationRoutes(context: AppContext) {
  const router = createRouter();
  router.onError(sendOAuthError(context, 'invalid_client_metadata'));
  router.openapi(registerRoute, async (c) =>
    c.json(await registerClient(context, c.req.valid('json'), requestOrigin(c)), 201, NO_STORE),
  );
  return router;
}
