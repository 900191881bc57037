import { exportPKCS8, exportSPKI, generateKeyPair } from 'jose';
import { describe, expect, test } from 'vitest';
import { createSigningKeys } from '../../../src/kernel/auth/signing-keys.ts';
import { Secret } from '../../../src/kernel/core/secret.ts';
import { testConfig } from '../../support/kits/config.ts';

const { auth } = testConfig({ JWT_SECRET_KEY: 's'.repeat(40), JWT_SECRET_KEY_PREVIOUS: 'p'.repeat(40) });

async function pem(algorithm: 'ES256' | 'EdDSA') {
  return exportPKCS8((await generateKeyPair(algorithm, { extractable: true })).privateKey);
}

describe('signing keys: shared secrets', () => {
  test('shared secret: signs under its kid, the previous secret verifies, and neither is published', async () => {
    const keys = createSigningKeys(auth);
    const { kid } = await keys.current();
    expect(kid).not.toContain('s'.repeat(8));
    const previous = createSigningKeys(testConfig({ JWT_SECRET_KEY: 'p'.repeat(40) }).auth);
    expect(await keys.verifier((await previous.current()).kid)).toEqual((await previous.current()).key);
    expect(await previous.verifier(kid)).toBeUndefined();
    for (const stranger of [undefined, '', '../../etc/passwd', 'constructor'])
      expect(await keys.verifier(stranger)).toBeUndefined();
    expect(await keys.publicKeys()).toEqual([]);
  });
});

describe.each(['ES256', 'EdDSA'] as const)('signing keys: private keys for %s', (algorithm) => {
  test('private keys: the first signs, each verifies, and no private part is published', async () => {
    const [fresh, old] = [await pem(algorithm), await pem(algorithm)];
    const keys = createSigningKeys({ ...auth, algorithm, privateKey: new Secret(`${fresh}\n${old.replaceAll('\n', '\\n')}`) });
    const [first, second] = await keys.publicKeys();
    expect((await keys.current()).kid).toBe(first?.kid);
    expect(await keys.verifier(second?.kid)).toBeDefined();
    expect(await keys.verifier(undefined)).toBeUndefined();
    for (const jwk of [first, second]) {
      expect(jwk).toMatchObject({ alg: algorithm, use: 'sig', kid: expect.stringMatching(/^[\w-]{43}$/) });
      expect(jwk).not.toHaveProperty('d');
    }
  });

  test.each([
    ['missing', () => undefined],
    ['not PEM', () => 'none'],
    ['a public key', async () => exportSPKI((await generateKeyPair(algorithm)).publicKey)],
  ])('private keys: a key that is %s is reported at the first signature, not before', async (_, make) => {
    const text = await make();
    const { privateKey: __, ...rest } = auth;
    const keys = createSigningKeys({ ...rest, algorithm, ...(text === undefined ? {} : { privateKey: new Secret(text) }) });
    await expect(keys.current()).rejects.toThrow('holds no private key');
  });

  test('private keys: a key of another algorithm is reported at signing and at publishing', async () => {
    const other = await pem(algorithm === 'ES256' ? 'EdDSA' : 'ES256');
    const keys = createSigningKeys({ ...auth, algorithm, privateKey: new Secret(other) });
    await expect(keys.current()).rejects.toThrow();
    await expect(keys.publicKeys()).rejects.toThrow();
  });
});
