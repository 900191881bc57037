import { setting } from '../setting.ts';
import { integer, minLength, oneOf, privateKey, text, webUrl } from '../values.ts';

const group = 'Authentication';

/** Of a secret that signs tokens. Its length in bytes is checked with the rules that depend on ENV (`credentials.ts`). */
export const MIN_SECRET_BYTES = 32;
export const SIGNING_SECRET = `at least ${MIN_SECRET_BYTES} bytes of randomness`;

export const AUTHENTICATION = {
  JWT_SECRET_KEY: setting({
    group,
    description: 'Secret that signs tokens. In dev one is generated into DATA_DIR.',
    schema: text(SIGNING_SECRET),
    secret: true,
  }),
  JWT_SECRET_KEY_PREVIOUS: setting({
    group,
    description: 'The JWT_SECRET_KEY before a rotation: verifies tokens, signs none.',
    schema: text(SIGNING_SECRET),
    secret: true,
  }),
  JWT_ALGORITHM: setting({
    group,
    description: 'Algorithm that signs access tokens.',
    schema: oneOf(['HS256', 'ES256', 'EdDSA']),
    default: 'HS256',
  }),
  JWT_PRIVATE_KEY: setting({
    group,
    description: 'Private key for ES256 or EdDSA.',
    schema: privateKey,
    secret: true,
  }),
  JWT_ACCESS_TOKEN_EXPIRE_MINUTES: setting({
    group,
    description: 'Lifetime of an access token.',
    schema: integer(1, 1440, 'whole minutes'),
    default: 30,
    aliases: ['ACCESS_TOKEN_EXPIRE_MINUTES'],
  }),
  JWT_REFRESH_TOKEN_EXPIRE_DAYS: setting({
    group,
    description: 'Lifetime of a session after its last refresh.',
    schema: integer(1, 365, 'whole days'),
    default: 7,
    aliases: ['REFRESH_TOKEN_EXPIRE_DAYS'],
  }),
  REGISTRATION: setting({
    group,
    description: 'Whether new users may register.',
    schema: oneOf(['open', 'closed']),
    default: 'open',
  }),
  MASTER_API_KEY: setting({
    group,
    description: 'API key whose requests are those of an admin named `service`.',
    schema: minLength(32),
    secret: true,
  }),
  MASTER_API_KEY_PREVIOUS: setting({
    group,
    description: 'The MASTER_API_KEY before a rotation: still accepted.',
    schema: minLength(32),
    secret: true,
  }),
  ...oauthClient('GOOGLE', 'Google'),
  ...oauthClient('GITHUB', 'GitHub'),
  OIDC_ISSUER: setting({
    group,
    description: 'Issuer URL of an OpenID Connect provider, exactly as the provider states it.',
    schema: webUrl,
  }),
  ...oauthClient('OIDC', 'an OpenID Connect provider'),
};

function oauthClient<const P extends string>(prefix: P, name: string) {
  const id = setting({ group, description: `Client id at ${name}.`, schema: text('a client id') });
  const secret = setting({ group, description: `Client secret at ${name}.`, schema: text('a client secret'), secret: true });
  const redirect = setting({
    group,
    description: `Callback registered at ${name}.`,
    schema: webUrl,
    whenUnset: `PUBLIC_URL/auth/${prefix.toLowerCase()}/callback`,
  });
  return {
    [`${prefix}_CLIENT_ID`]: id,
    [`${prefix}_CLIENT_SECRET`]: secret,
    [`${prefix}_REDIRECT_URI`]: redirect,
  } as { [K in `${P}_CLIENT_ID`]: typeof id } & { [K in `${P}_CLIENT_SECRET`]: typeof secret } & {
    [K in `${P}_REDIRECT_URI`]: typeof redirect;
  };
}
