/**
 * The session of a browser: its refresh token in a cookie that no script can read. Only pages of this server's own origin begin,
 * renew or end one (docs/authentication.md, "In a browser").
 */
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Config } from '../../kernel/config/config.ts';
import { AppError } from '../../kernel/core/errors.ts';

/** A longer value was never issued here. */
const MAX_TOKEN_LENGTH = 512;

interface IssuedTokens {
  readonly refresh_token?: string | undefined;
}

export interface SessionCookie {
  /** Throws `forbidden` unless a page of this server's own origin sent the request. */
  requireOwnOrigin(c: Context): void;
  isFromOwnOrigin(c: Context): boolean;
  /** The refresh token; undefined without a cookie that may hold one. */
  read(c: Context): string | undefined;
  /** Moves the refresh token from the tokens to the cookie. */
  keep<T extends IssuedTokens>(c: Context, tokens: T): Omit<T, 'refresh_token'>;
  delete(c: Context): void;
}

export function createSessionCookie({ publicUrl, auth }: Pick<Config, 'publicUrl' | 'auth'>): SessionCookie {
  const secure = publicUrl.startsWith('https://');
  const { origin } = new URL(publicUrl);
  const name = `${secure ? '__Host-' : ''}pharos_session`;
  const options = { path: '/', httpOnly: true, sameSite: 'Strict', secure } as const;

  /** Without TLS a server may be opened by several names. A cookie is of the host that set it, whatever its name leads to. */
  function isFromOwnOrigin(c: Context): boolean {
    const given = c.req.header('origin');
    return given === origin || (!secure && given === `http://${c.req.header('host') ?? new URL(c.req.url).host}`);
  }

  /** A response sets a cookie once (RFC 6265 section 4.1.1), to its last value. */
  function unset(c: Context): void {
    const others = c.res.headers.getSetCookie().filter((line) => !line.startsWith(`${name}=`));
    c.header('Set-Cookie', undefined);
    for (const line of others) c.header('Set-Cookie', line, { append: true });
  }

  return {
    isFromOwnOrigin,
    requireOwnOrigin: (c) => {
      if (!isFromOwnOrigin(c)) throw new AppError('forbidden', `A session in a cookie is for pages of ${origin} alone`);
    },
    read: (c) => {
      const token = getCookie(c, name);
      return token && token.length <= MAX_TOKEN_LENGTH ? token : undefined;
    },
    keep: (c, { refresh_token: token, ...tokens }) => {
      if (token === undefined) return tokens;
      unset(c);
      setCookie(c, name, token, { ...options, maxAge: auth.refreshTokenSeconds });
      return tokens;
    },
    delete: (c) => {
      unset(c);
      deleteCookie(c, name, options);
    },
  };
}
