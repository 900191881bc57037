import { Receiver } from '@upstash/qstash';
import fc from 'fast-check';
import { SignJWT } from 'jose';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Secret } from '../../../src/kernel/core/secret.ts';
import { createSignatureVerifier, type SignedMessage, signRequest } from '../../../src/kernel/worker-client/signatures.ts';
import { manualClock, randomIds } from '../../support/fakes/doubles.ts';

const current = new Secret('the current key, of more than thirty-two characters');
const next = new Secret('the following key, of more than thirty-two characters');
const other = new Secret('the key of somebody else, of more than thirty-two characters');
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

describe('a signature', () => {
  test('made here passes, by the current key and by the next one', async () => {
    const { verify, sign } = setUp();
    await verify({ signature: await sign(current), body, url });
    await verify({ signature: await sign(next), body, url });
  });

  test("is what QStash's own receiver takes", async () => {
    const clock = { now: () => Date.now() };
    const signature = await signRequest({ key: current, url, body, clock, ids: randomIds });
    const receiver = new Receiver({ currentSigningKey: current.reveal(), nextSigningKey: next.reveal(), devMode: false });
    await expect(receiver.verify({ signature, body, url })).resolves.toBe(true);
  });

  test('passes where there is only one key', async () => {
    const { verify, sign } = setUp({ current });
    await verify({ signature: await sign(), body, url });
  });

  test('that is missing, is no signature or is of another key is refused', async () => {
    const { verify, sign } = setUp();
    for (const signature of [undefined, null, '', 'abc', 'a.b.c', await sign(other)])
      await refused(verify({ signature, body, url }));
  });

  test('of any other body or address is refused', async () => {
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

  test('with any byte changed is refused', async () => {
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

  test('seen before is refused, also after others', async () => {
    const { verify, sign } = setUp();
    const signature = await sign();
    await verify({ signature, body, url });
    await verify({ signature: await sign(), body, url });
    await refused(verify({ signature, body, url }));
  });

  test('lives five minutes and a tolerance, by the clock that was given', async () => {
    const { clock, verify, sign } = setUp();
    const [one, two] = [await sign(), await sign()];
    clock.advance(5 * 60_000 + 9_000);
    await verify({ signature: one, body, url });
    clock.advance(1_000);
    await refused(verify({ signature: two, body, url }));
    // And a replay of what has expired and been forgotten is refused for its age.
    clock.advance(60_000);
    await verify({ signature: await sign(), body, url });
    await refused(verify({ signature: one, body, url }));
  });

  test('of a clock ahead passes within the tolerance only', async () => {
    const { clock, verify, sign } = setUp();
    clock.advance(10_000);
    const near = await sign();
    clock.advance(1_000);
    const far = await sign();
    clock.advance(-11_000);
    await verify({ signature: near, body, url });
    await refused(verify({ signature: far, body, url }));
  });

  test('that says too little is refused, though the receiver would let it pass', async () => {
    const { clock, verify, sign } = setUp();
    const claims = JSON.parse(Buffer.from((await sign()).split('.')[1] ?? '', 'base64url').toString());
    const forge = (change: Record<string, unknown>, alg = 'HS256') =>
      new SignJWT({ ...claims, jti: randomIds.next(), ...change })
        .setProtectedHeader({ alg })
        .sign(new TextEncoder().encode(current.reveal()));
    await verify({ signature: await forge({ nbf: undefined }), body, url });
    for (const change of [{ exp: undefined }, { jti: undefined }, { body: undefined }, { iss: 'Somebody' }, { sub: undefined }]) {
      await refused(verify({ signature: await forge(change), body, url }));
    }
    await refused(verify({ signature: await forge({}, 'HS512'), body, url }));
    expect(clock.now()).toBe(manualClock().now());
  });

  test('by the published keys of the development server is refused, whatever the environment says', async () => {
    vi.stubEnv('QSTASH_DEV', 'true');
    const { verify, sign } = setUp();
    await refused(verify({ signature: await sign(new Secret('sig_7kYjw48mhY7kAjqNGcy6cr29RJ6r')), body, url }));
    await verify({ signature: await sign(), body, url });
  });
});

test('only so many ids are remembered: the oldest make room', async () => {
  const { verify, sign } = setUp();
  const first: SignedMessage = { signature: await sign(), body, url };
  await verify(first);
  for (let count = 0; count < 9_999; count += 1) await verify({ signature: await sign(), body, url });
  await refused(verify(first));
  await verify({ signature: await sign(), body, url });
  await verify(first);
});
