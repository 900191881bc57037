/** The keys that sign access tokens, each with a `kid`: shared secrets, or private keys whose public halves are published. */
import { type CryptoKey, calculateJwkThumbprint, exportJWK, importJWK, importPKCS8, type JWK } from 'jose';
import type { Config } from '../config/config.ts';
import { keyId } from '../core/keys.ts';

export interface SigningKey {
  readonly kid: string;
  readonly key: CryptoKey | Uint8Array;
}

export interface SigningKeys {
  readonly algorithm: Config['auth']['algorithm'];
  /** The key that signs new tokens. */
  current(): Promise<SigningKey>;
  /** The key to verify tokens of `kid`: the current one or, during a rotation, the previous one. */
  verifier(kid: string | undefined): Promise<SigningKey['key'] | undefined>;
  /** The public keys as a JWK set (RFC 7517); empty for shared secrets. */
  publicKeys(): Promise<JWK[]>;
}

interface AsymmetricKey extends SigningKey {
  readonly publicKey: CryptoKey | Uint8Array;
  readonly jwk: JWK;
}

const PEM = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/g;

/** The PKCS #8 keys in `pem`, in order. A literal `\n`, as in an environment variable, counts as a line break. */
const pemBlocks = (pem: string): string[] => pem.replaceAll('\\n', '\n').match(PEM) ?? [];

async function importKey(pem: string, algorithm: string): Promise<AsymmetricKey> {
  const key = await importPKCS8(pem, algorithm, { extractable: true });
  const { d: _, ...publicPart } = await exportJWK(key);
  const kid = await calculateJwkThumbprint(publicPart);
  const jwk = { ...publicPart, kid, alg: algorithm, use: 'sig' };
  return { kid, key, jwk, publicKey: await importJWK(jwk, algorithm) };
}

/** The first use throws if a private key does not fit the algorithm. */
export function createSigningKeys({ algorithm, secret, previousSecret, privateKey }: Config['auth']): SigningKeys {
  return algorithm === 'HS256'
    ? sharedSecrets([secret.reveal(), ...(previousSecret ? [previousSecret.reveal()] : [])])
    : keyPairs(algorithm, pemBlocks(privateKey?.reveal() ?? ''));
}

function sharedSecrets(secrets: readonly string[]): SigningKeys {
  const keys = Promise.all(secrets.map(async (secret) => ({ kid: await keyId(secret), key: new TextEncoder().encode(secret) })));
  return {
    algorithm: 'HS256',
    current: async () => first(await keys),
    verifier: async (kid) => (await keys).find((key) => key.kid === kid)?.key,
    publicKeys: async () => [],
  };
}

/** The first key signs; all keys verify and are published. To rotate, put the new key before the old one. */
function keyPairs(algorithm: 'ES256' | 'EdDSA', pems: readonly string[]): SigningKeys {
  const keys = Promise.all(pems.map((pem) => importKey(pem, algorithm)));
  // Each use reports the error; without this, an unused rejection would end the process.
  keys.catch(() => undefined);
  return {
    algorithm,
    current: async () => first(await keys),
    verifier: async (kid) => (await keys).find((key) => key.kid === kid)?.publicKey,
    publicKeys: async () => (await keys).map(({ jwk }) => jwk),
  };
}

function first<T>(keys: readonly T[]): T {
  const [key] = keys;
  if (!key) throw new Error('JWT_PRIVATE_KEY holds no private key');
  return key;
}
