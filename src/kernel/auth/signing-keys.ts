/** The keys that sign access tokens, each known by its `kid`: a shared secret, or a private key whose public half is published. */
import { type CryptoKey, calculateJwkThumbprint, exportJWK, importJWK, importPKCS8, type JWK } from 'jose';
import type { Config } from '../config/config.ts';
import { keyId } from '../core/keys.ts';

export interface SigningKey {
  readonly kid: string;
  readonly key: CryptoKey | Uint8Array;
}

export interface SigningKeys {
  readonly algorithm: Config['auth']['algorithm'];
  /** The one that signs. */
  current(): Promise<SigningKey>;
  /** The key that verifies what `kid` signed: today's or, during a rotation, yesterday's. */
  verifier(kid: string | undefined): Promise<SigningKey['key'] | undefined>;
  /** RFC 7517: public keys alone; none where a secret signs. */
  publicKeys(): Promise<JWK[]>;
}

interface AsymmetricKey extends SigningKey {
  readonly publicKey: CryptoKey | Uint8Array;
  readonly jwk: JWK;
}

const PEM = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----/g;

/** The PKCS #8 keys in `pem`, one after the other. An environment's `\n` counts as a line break. */
const pemBlocks = (pem: string): string[] => pem.replaceAll('\\n', '\n').match(PEM) ?? [];

async function importKey(pem: string, algorithm: string): Promise<AsymmetricKey> {
  const key = await importPKCS8(pem, algorithm, { extractable: true });
  const { d: _, ...publicPart } = await exportJWK(key);
  const kid = await calculateJwkThumbprint(publicPart);
  const jwk = { ...publicPart, kid, alg: algorithm, use: 'sig' };
  return { kid, key, jwk, publicKey: await importJWK(jwk, algorithm) };
}

/** Throws at first use where a private key is not one for the algorithm. */
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

/** The first signs, all verify and are published: a new key is put in front of the old one. */
function keyPairs(algorithm: 'ES256' | 'EdDSA', pems: readonly string[]): SigningKeys {
  const keys = Promise.all(pems.map((pem) => importKey(pem, algorithm)));
  // Whoever asks first is told; nobody asking must not end the process.
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
