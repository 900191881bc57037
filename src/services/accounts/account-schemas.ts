/** Schemas of requests and responses of accounts, tokens and sessions. */
import { z } from 'zod';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, passwordFault } from '../../kernel/auth/password-rules.ts';
import type { TokenPair } from '../../kernel/auth/sessions.ts';
import { isReservedUsername, MAX_USERNAME_LENGTH, MIN_USERNAME_LENGTH, usernameFault } from '../../kernel/auth/username-rules.ts';
import { present } from '../../kernel/core/present.ts';
import { toIso, toIsoOrNull } from '../../kernel/core/time.ts';
import type { Session, User } from '../../kernel/db/types.ts';
import { type Scope, withImpliedScopes } from '../../kernel/model/actor.ts';

export const usernameField = z
  .string()
  .max(1024)
  .superRefine((value, context) => {
    const fault = usernameFault(value) ?? (isReservedUsername(value) ? 'is reserved' : undefined);
    if (fault) context.addIssue({ code: 'custom', message: fault });
  })
  .meta({
    minLength: MIN_USERNAME_LENGTH,
    maxLength: MAX_USERNAME_LENGTH,
    example: 'ada',
    description:
      '3 to 64 letters, digits, dots, underscores and hyphens; starts with a letter or digit. Letters are of one script. Names that read like those of the service are reserved',
  });

export const newPasswordSchema = z
  .string()
  .max(1024)
  .superRefine((value, context) => {
    const fault = passwordFault(value);
    if (fault) context.addIssue({ code: 'custom', message: fault });
  })
  .meta({
    minLength: MIN_PASSWORD_LENGTH,
    maxLength: MAX_PASSWORD_LENGTH,
    example: 'four unrelated plain words',
    description: '8 to 128 characters; the most common passwords are refused',
  });

export const emailField = z.email().max(254).meta({ example: 'ada@example.org' });

export const registrationSchema = z
  .strictObject({ username: usernameField, email: emailField, password: newPasswordSchema })
  .meta({ id: 'Registration' });

export const COOKIE = 'For pages of this server: the refresh token is set as a cookie, and left out of the response';

/** A boolean; in forms, whose fields are texts, `true` or `false`. */
const cookieField = z
  .union([z.boolean(), z.enum(['true', 'false'])])
  .optional()
  .meta({ description: COOKIE });

export const loginSchema = z
  .object({
    grant_type: z.literal('password').optional(),
    username: z.string().min(1).max(254).meta({ description: 'Username or e-mail address', example: 'ada' }),
    password: z.string().min(1).max(1024),
    scope: z
      .string()
      .max(1000)
      .optional()
      .meta({ description: 'Separated by spaces; scopes beyond the tier of the account are ignored' }),
    cookie: cookieField,
  })
  .meta({ id: 'Login' });

export const refreshSchema = z
  .object({
    refresh_token: z.string().min(1).max(512),
    scope: z.string().max(1000).optional().meta({
      description: 'Narrows the new access token, not the session; scopes that the session lacks are ignored',
    }),
  })
  .meta({ id: 'Refresh' });

/** The scopes that `scope` asks for; undefined if it asks for none in particular. */
export const requestedScopes = (scope: string | undefined): Scope[] | undefined =>
  scope?.trim() ? withImpliedScopes(scope.split(/\s+/)) : undefined;

export const tokenSchema = z
  .object({
    access_token: z.string(),
    refresh_token: z.string(),
    token_type: z.literal('bearer'),
    expires_in: z.int().meta({ description: 'Seconds', example: 1800 }),
    scope: z.string().meta({ example: 'resources:read resources:write resources:delete search' }),
  })
  .meta({ id: 'Tokens' });

export const userSchema = z
  .object({
    id: z.string(),
    username: z.string(),
    email: z.string(),
    tier: z.enum(['free', 'premium', 'admin']),
    active: z.boolean(),
    email_verified: z.boolean(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'User' });

/** Of a login, which may be in a browser. */
export const sessionTokensSchema = tokenSchema
  .extend({
    refresh_token: z.string().optional().meta({ description: 'Absent where it is in a cookie' }),
    user: userSchema,
  })
  .meta({ id: 'SessionTokens' });

export const sessionSchema = z
  .object({
    id: z.string(),
    current: z.boolean(),
    kind: z.enum(['interactive', 'grant']).meta({ description: 'Only interactive sessions may change the account' }),
    authenticated_at: z.iso.datetime().optional().meta({ description: 'Last login or confirmation of the password' }),
    created_at: z.iso.datetime(),
    last_refreshed_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    user_agent: z.string().optional(),
    address: z.string().optional(),
  })
  .meta({ id: 'Session' });

export const tokensToWire = ({ accessToken, refreshToken, expiresIn, scopes }: TokenPair) => ({
  access_token: accessToken,
  refresh_token: refreshToken,
  token_type: 'bearer' as const,
  expires_in: expiresIn,
  scope: scopes.join(' '),
});

export const userToWire = (user: User) => ({
  id: user.id,
  username: user.username,
  email: user.email,
  tier: user.tier,
  active: user.active,
  email_verified: user.emailVerifiedAt !== null,
  created_at: toIso(user.createdAt),
});

/** A page that begins needs the account with the tokens: another request for it would be another round trip. */
export const sessionTokensToWire = (pair: TokenPair) => ({ ...tokensToWire(pair), user: userToWire(pair.user) });

/** `currentId`: the session of the request; null for an API key. */
export const sessionToWire = (session: Session, currentId: string | null) => ({
  id: session.id,
  current: session.id === currentId,
  kind: session.kind,
  ...present({ authenticated_at: toIsoOrNull(session.authenticatedAt) }),
  created_at: toIso(session.createdAt),
  last_refreshed_at: toIso(session.rotatedAt),
  expires_at: toIso(session.expiresAt),
  ...present({ user_agent: session.userAgent, address: session.address }),
});
