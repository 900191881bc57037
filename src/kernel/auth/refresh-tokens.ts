/**
 * Refresh tokens: `pr1.<session id>.<generation>.<MAC>`, and the codes of grants: `pc1.` and the same. The MAC prevents forgery, and the successor of a generation can be
 * derived again, so the session's row stores a counter instead of a token.
 */
import { base64url } from 'jose';
import { deriveHmacKey, type KeyUse } from '../core/keys.ts';

export interface RefreshTokenParts {
  readonly sessionId: string;
  readonly generation: number;
}

export interface RefreshTokens {
  encode(parts: RefreshTokenParts): Promise<string>;
  /** Undefined unless every bit of `token` was issued here. */
  decode(token: string): Promise<RefreshTokenParts | undefined>;
}

const FORM = /^(p[cr]1)\.([0-9a-f-]{36})\.(0|[1-9]\d{0,14})\.([\w-]{43})$/;

type Secrets = readonly [string, ...string[]];

/** The first of `secrets` signs; all of them verify. */
export const createRefreshTokens = (secrets: Secrets): RefreshTokens => createTokens(secrets, 'pr1', 'refresh-token');

/** Codes that an app exchanges for the first tokens of its grant: those of generation 0, which no refresh token has. */
export const createAuthorizationCodes = (secrets: Secrets): RefreshTokens => createTokens(secrets, 'pc1', 'authorization-code');

function createTokens(secrets: Secrets, prefix: 'pr1' | 'pc1', purpose: KeyUse): RefreshTokens {
  const keys = secrets.map((secret) => deriveHmacKey(secret, purpose));
  const body = ({ sessionId, generation }: RefreshTokenParts) => `${prefix}.${sessionId}.${generation}`;
  const mac = async (key: CryptoKey, text: string) =>
    base64url.encode(new Uint8Array(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(text))));

  return {
    encode: async (parts) => {
      const [key] = await Promise.all(keys);
      return `${body(parts)}.${await mac(key as CryptoKey, body(parts))}`;
    },
    decode: async (token) => {
      const match = FORM.exec(token);
      if (match?.[1] !== prefix) return undefined;
      const parts = { sessionId: match[2] as string, generation: Number(match[3]) };
      for (const key of await Promise.all(keys)) {
        const signature = base64url.decode(match[4] as string);
        const canonical = base64url.encode(signature) === match[4];
        const valid = await crypto.subtle.verify(
          'HMAC',
          key,
          signature as Uint8Array<ArrayBuffer>,
          new TextEncoder().encode(body(parts)),
        );
        if (canonical && valid) return parts;
      }
      return undefined;
    },
  };
}
