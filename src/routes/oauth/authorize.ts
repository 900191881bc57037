/** GET /oauth/authorize: where an app sends its user, who logs in and consents there. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { OAuthError } from '../../kernel/auth/oauth-error.ts';
import { isLoopback } from '../../kernel/auth/redirect-uris.ts';
import type { AppContext } from '../../services/context.ts';
import {
  authorizationParameters,
  faultUri,
  findClient,
  readAuthorizationRequest,
} from '../../services/grants/authorization-request.ts';
import type { AppEnv } from '../env.ts';
import { asAppError, statusOf } from '../problem.ts';
import { createRouter, defineRoute, page } from '../router.ts';

const authorizeRoute = defineRoute(
  {
    method: 'get',
    path: '/oauth/authorize',
    description:
      'A page for login and consent. A request whose client or redirect URI is not known gets a page and never leads elsewhere. ' +
      'Other faults are told to the app: at once if it is a program on the same computer, else by a link that the person follows.',
    request: { query: z.object(authorizationParameters) },
    responses: {
      200: page,
      302: { description: 'Redirects to the app with `error`, `error_description`, `state` and `iss`' },
      400: { ...page, description: 'A page that says what is wrong with the request' },
    },
  },
  { invalidInput: 400 },
);

const REFUSED = new OAuthError('access_denied', 'The user refused');

/** Longest address to which a login at a provider returns. */
const MAX_RETURN_TO = 2048;

/** Loaded when a page is asked for: nothing else needs them. */
const pages = () => import('./authorize-page.ts');

export function createAuthorizeRoutes(context: AppContext) {
  const { config } = context;
  const router = createRouter();

  router.onError(async (error, c) => {
    const known = asAppError(error);
    if (!known || statusOf(known) >= 500) throw error;
    return (await pages()).sendFaultPage(c, known.detail);
  });

  router.openapi(authorizeRoute, async (c) => {
    const parameters = c.req.valid('query');
    const client = await findClient(context, parameters);
    const { sendConsentPage, sendFaultPage } = await pages();
    try {
      const { scopes } = readAuthorizationRequest(config, parameters);
      const refuseUri = faultUri(config, parameters, REFUSED);
      return await sendConsentPage(c, {
        server: new URL(config.publicUrl).host,
        client,
        redirectUri: parameters.redirect_uri,
        scopes,
        refuseUri,
        providers: providersFor(c),
      });
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      const target = faultUri(config, parameters, error);
      return isLoopback(parameters.redirect_uri) ? c.redirect(target, 302) : sendFaultPage(c, error.detail, target);
    }
  });

  /** A login at a provider returns to this page, which exchanges the code that it brings. */
  function providersFor(c: Context<AppEnv>) {
    const returnTo = c.req.path + new URL(c.req.url).search;
    if (returnTo.length > MAX_RETURN_TO) return [];
    return Object.keys(config.oauth).map((name) => ({
      name,
      url: `/auth/${name}?${new URLSearchParams({ return_to: returnTo })}`,
    }));
  }

  return router;
}
