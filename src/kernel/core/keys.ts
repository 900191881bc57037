/** Keys derived from the JWT secret, so that no two uses of it share key material (HKDF, RFC 5869). */
import { base64url } from 'jose';
import { sha256 } from './digest.ts';

export type KeyUse = 'access-token' | 'refresh-token' | 'authorization-code';

async function derive(secret: string, use: KeyUse, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  const material = await crypto.subtle.importKey('raw', encoder.encode(secret), 'HKDF', false, ['deriveBits']);
  const bits = await crypto.subtle.deriveBits(
    { name: 'HKDF', hash: 'SHA-256', salt: encoder.encode('pharos'), info: encoder.encode(use) },
    material,
    bytes * 8,
  );
  return new Uint8Array(bits);
}

/** An HMAC-SHA-256 key for `use`. */
export async function deriveHmacKey(secret: string, use: KeyUse): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', await derive(secret, use, 32), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
    'verify',
  ]);
}

/** A short public id of a secret: after a rotation, a token's `kid` names the secret that signed it. */
export async function keyId(secret: string): Promise<string> {
  return base64url.encode((await sha256(`pharos key id\n${secret}`)).subarray(0, 6));
}

/**
 * Compares in a time that depends only on the lengths, since it compares MACs. Unequal lengths return at once: a request
 * with a token does not pay for a comparison with the master key.
 */
export async function equalSecrets(a: string, b: string): Promise<boolean> {
  if (a.length !== b.length) return false;
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey(
    'raw',
    crypto.getRandomValues(new Uint8Array(32)),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign', 'verify'],
  );
  const mac = await crypto.subtle.sign('HMAC', key, encoder.encode(a));
  return crypto.subtle.verify('HMAC', key, mac, encoder.encode(b));
}
