/**
 * Refresh tokens: `pr1.<session id>.<generation>.<MAC>`. The MAC prevents forgery, and the successor of a generation can be
 * derived again, so the session's row stores a counter instead of a token.
 */
import { base64url } from 'jose';
import { deriveHmacKey } from '../core/keys.ts';

export interface RefreshTokenParts {
  readonly sessionId: string;
  readonly generation: number;
}

export interface RefreshTokens {
  encode(parts: RefreshTokenParts): Promise<string>;
  /** Undefined unless every bit of `token` was issued here. */
  decode(token: string): Promise<RefreshTokenParts | undefined>;
}

const FORM = /^pr1\.([0-9a-f-]{36})\.(0|[1-9]\d{0,14})\.([\w-]{43})$/;

/** The first of `secrets` signs; all of them verify. */
export function createRefreshTokens(secrets: readonly [string, ...string[]]): RefreshTokens {
  const keys = secrets.map((secret) => deriveHmacKey(secret, 'refresh-token'));
  const body = ({ sessionId, generation }: RefreshTokenParts) => `pr1.${sessionId}.${generation}`;
  const mac = async (key: CryptoKey, text: string) =>
    base64url.encode(new Uint8Array(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(text))));

  return {
    encode: async (parts) => {
      const [key] = await Promise.all(keys);
      return `${body(parts)}.${await mac(key as CryptoKey, body(parts))}`;
    },
    decode: async (token) => {
      const match = FORM.exec(token);
      if (!match) return undefined;
      const parts = { sessionId: match[1] as string, generation: Number(match[2]) };
      for (const key of await Promise.all(keys)) {
        const signature = base64url.decode(match[3] as string);
        const canonical = base64url.encode(signature) === match[3];
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
