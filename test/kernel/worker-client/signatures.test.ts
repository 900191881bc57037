import { Receiver } from '@upstash/qstash';
import fc from 'fast-check';
import { SignJWT } from 'jose';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import { Secret } from '../../../src/kernel/core/secret.ts';
import { createSignatureVerifier, type SignedMessage, signRequest } from '../../../src/kernel/worker-client/signatures.ts';
import { manualClock, randomIds } from '../../support/fakes/doubles.ts';

const current = new Secret('the current key, of more than thirty-two characters');
const next = new Secret('the following key, of more than thirty-two characters');
const other = new Secret('an unknown key, of more than thirty-two characters');
const url = 'https://worker.example/jobs';
const body = '{"job_id":"01900000-0000-7000-8000-000000000001"}';

function setUp(keys: Parameters<typeof createSignatureVerifier>[0]['keys'] = { current, next }) {
  const clock = manualClock();
  const verify = createSignatureVerifier({ keys, clock });
  const sign = (key = current, more: { url?: string; body?: string } = {}) =>
    signRequest({ key, url, body, clock, ids: randomIds, ...more });
  return { clock, verify, sign };
}

const refused = (promise: Promise<void>) =>
  expect(promise).rejects.toMatchObject({ code: 'unauthenticated', detail: 'The signature of this request is not valid' });

afterEach(() => vi.unstubAllEnvs());

describe('request signature', () => {
  test('request signature: signatures by the current and by the next key are accepted', async () => {
    const { verify, sign } = setUp();
    await verify({ signature: await sign(current), body, url });
    await verify({ signature: await sign(next), body, url });
  });

  test("request signature: QStash's own receiver accepts it", async () => {
    const clock = systemClock;
    const signature = await signRequest({ key: current, url, body, clock, ids: randomIds });
    const receiver = new Receiver({ currentSigningKey: current.reveal(), nextSigningKey: next.reveal(), devMode: false });
    await expect(receiver.verify({ signature, body, url })).resolves.toBe(true);
  });

  test('request signature: accepted when only one key is configured', async () => {
    const { verify, sign } = setUp({ current });
    await verify({ signature: await sign(), body, url });
  });

  test('request signature: a missing or malformed signature, or one by an unknown key, is refused', async () => {
    const { verify, sign } = setUp();
    for (const signature of [undefined, null, '', 'abc', 'a.b.c', await sign(other)])
      await refused(verify({ signature, body, url }));
  });

  test('request signature: refused for any other body or URL', async () => {
    const { verify, sign } = setUp();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.webUrl(), async (otherBody, otherUrl) => {
        fc.pre(otherBody !== body && otherUrl !== url);
        const signature = await sign();
        await refused(verify({ signature, body: otherBody, url }));
        await refused(verify({ signature, body, url: otherUrl }));
        await verify({ signature, body, url });
      }),
      { numRuns: 30 },
    );
  });

  test('request signature: refused when any character is changed', async () => {
    const { verify, sign } = setUp();
    const signature = await sign();
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: signature.length - 1 }), fc.constantFrom('A', 'b', '7', '.', '-'), async (at, character) => {
        const altered = signature.slice(0, at) + character + signature.slice(at + 1);
        // The last character of a part carries bits that decoding drops.
        fc.pre(altered !== signature && at < signature.length - 1);
        await refused(verify({ signature: altered, body, url }));
      }),
      { numRuns: 60 },
    );
  });

  test('request signature: a replay is refused, also after other messages', async () => {
    const { verify, sign } = setUp();
    const signature = await sign();
    await verify({ signature, body, url });
    await verify({ signature: await sign(), body, url });
    await refused(verify({ signature, body, url }));
  });

  test('request signature: expires after 5 minutes and 10 s of tolerance, by the injected clock', async () => {
    const { clock, verify, sign } = setUp();
    const [one, two] = [await sign(), await sign()];
    clock.advance(5 * 60_000 + 9_000);
    await verify({ signature: one, body, url });
    clock.advance(1_000);
    await refused(verify({ signature: two, body, url }));
    // An expired signature whose id was dropped is still refused, for its age.
    clock.advance(60_000);
    await verify({ signature: await sign(), body, url });
    await refused(verify({ signature: one, body, url }));
  });

  test('request signature: a signer whose clock is ahead is accepted within 10 s only', async () => {
    const { clock, verify, sign } = setUp();
    clock.advance(10_000);
    const near = await sign();
    clock.advance(1_000);
    const far = await sign();
    clock.advance(-11_000);
    await verify({ signature: near, body, url });
    await refused(verify({ signature: far, body, url }));
  });

  test('request signature: refused without expiry, id, body hash, issuer or URL, although the receiver accepts some of these', async () => {
    const { clock, verify, sign } = setUp();
    const claims = JSON.parse(Buffer.from((await sign()).split('.')[1] ?? '', 'base64url').toString());
    const forge = (change: Record<string, unknown>, alg = 'HS256') =>
      new SignJWT({ ...claims, jti: randomIds.next(), ...change })
        .setProtectedHeader({ alg })
        .sign(new TextEncoder().encode(current.reveal()));
    await verify({ signature: await forge({ nbf: undefined }), body, url });
    for (const change of [{ exp: undefined }, { jti: undefined }, { body: undefined }, { iss: 'Another' }, { sub: undefined }]) {
      await refused(verify({ signature: await forge(change), body, url }));
    }
    await refused(verify({ signature: await forge({}, 'HS512'), body, url }));
    expect(clock.now()).toBe(manualClock().now());
  });

  test("request signature: QStash's published development key is refused even with QSTASH_DEV=true", async () => {
    vi.stubEnv('QSTASH_DEV', 'true');
    const { verify, sign } = setUp();
    await refused(verify({ signature: await sign(new Secret('sig_7kYjw48mhY7kAjqNGcy6cr29RJ6r')), body, url }));
    await verify({ signature: await sign(), body, url });
  });
});

test('request signature: at most 10,000 ids are kept, and the oldest are dropped first', async () => {
  const { verify, sign } = setUp();
  const first: SignedMessage = { signature: await sign(), body, url };
  await verify(first);
  for (let count = 0; count < 9_999; count += 1) await verify({ signature: await sign(), body, url });
  await refused(verify(first));
  await verify({ signature: await sign(), body, url });
  await verify(first);
});
