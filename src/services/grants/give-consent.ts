import { z } from 'zod';
import { OAuthError } from '../../kernel/auth/oauth-error.ts';
import { AppError } from '../../kernel/core/errors.ts';
import { GRANTABLE_SCOPES } from '../../kernel/model/actor.ts';
import type { AppContext } from '../context.ts';
import { type AccountCaller, operation } from '../operation.ts';
import { authorizationParameters, faultUri, findClient, readAuthorizationRequest, responseUri } from './authorization-request.ts';

export const giveConsent = operation({
  name: 'grants.consent',
  scope: null,
  account: 'fresh',
  summary: 'Let an app use the own library',
  description:
    'The page at GET /oauth/authorize sends this with the parameters of the app and the scopes that its user left ticked. The ' +
    'page then goes to `redirect_to`, which tells the app the outcome. No scope means that the user refused.',
  destructive: false,
  input: z
    .strictObject({
      ...authorizationParameters,
      approved: z
        .array(z.enum(GRANTABLE_SCOPES))
        .max(GRANTABLE_SCOPES.length)
        .meta({ description: 'Some of the scopes asked for' }),
    })
    .meta({ id: 'Consent' }),
  output: z.object({ redirect_to: z.string() }).meta({ id: 'ConsentOutcome' }),
  errors: ['invalid_request', 'conflict'],
  run: async (
    {
      grants,
      security,
      config,
      origin,
      account: { user, session },
      ...context
    }: Pick<AppContext, 'db' | 'grants' | 'security' | 'config'> & AccountCaller,
    { approved, ...parameters },
  ) => {
    const client = await findClient(context, parameters);
    try {
      const { scopes: asked, audience, challenge } = readAuthorizationRequest(config, parameters);
      const scopes = asked.filter((scope) => approved.includes(scope));
      if (scopes.length < new Set(approved).size) {
        const message = 'names a scope that the app did not ask for';
        throw new AppError('invalid_input', `approved: ${message}`, { errors: [{ path: 'approved', message }] });
      }
      if (scopes.length === 0) throw new OAuthError('access_denied', 'The user refused');
      const consent = { clientId: client.id, scopes, audience, challenge, redirectUri: parameters.redirect_uri };
      const code = await grants.authorize(user, session.id, consent, origin);
      return { redirect_to: responseUri(config, parameters, { code }) };
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      security.record('grant_refused', { ...origin, userId: user.id, reason: `${client.name}: ${error.error}` });
      return { redirect_to: faultUri(config, parameters, error) };
    }
  },
});
