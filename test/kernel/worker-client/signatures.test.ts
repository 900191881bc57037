import { createHash } from 'node:crypto';
import { Receiver } from '@upstash/qstash';
import fc from 'fast-check';
import { SignJWT } from 'jose';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import { Secret } from '../../../src/kernel/core/secret.ts';
import {
  createSignatureVerifier,
  type SignedMessage,
  type SignedTarget,
  signRequest,
} from '../../../src/kernel/worker-client/signatures.ts';
import { manualClock, randomIds } from '../../support/fakes/doubles.ts';

const current = new Secret('the current key, of more than thirty-two characters');
const next = new Secret('the following key, of more than thirty-two characters');
const other = new Secret('an unknown key, of more than thirty-two characters');
const url = 'https://worker.example/jobs';
const text = '{"job_id":"01900000-0000-7000-8000-000000000001"}';
const bytesOf = (given: string) => new TextEncoder().encode(given);
const body = bytesOf(text);

function setUp(keys: Parameters<typeof createSignatureVerifier>[0]['keys'] = { current, next }) {
  const clock = manualClock();
  const verify = createSignatureVerifier({ keys, clock });
  const sign = (key = current, more: { url?: string; body?: string | Uint8Array } = {}) =>
    signRequest({ key, url, body, clock, ids: randomIds, ...more });
  return { clock, verify, sign };
}

const refused = (promise: Promise<unknown>) =>
  expect(promise).rejects.toMatchObject({ code: 'unauthenticated', detail: 'The signature of this request is not valid' });

afterEach(() => vi.unstubAllEnvs());

describe('request signature', () => {
  test('request signature: signatures by the current and by the next key are accepted', async () => {
    const { verify, sign } = setUp();
    await verify({ signature: await sign(current), body, url });
    await verify({ signature: await sign(next), body, url });
  });

  test('request signature: names the user of a forwarded request, and no user otherwise', async () => {
    const { clock, verify, sign } = setUp();
    const passedOn = await signRequest({ key: current, url, body, onBehalfOf: 'ada', clock, ids: randomIds });
    expect(await verify({ signature: passedOn, body, url })).toEqual({ onBehalfOf: 'ada' });
    expect(await verify({ signature: await sign(), body, url })).toEqual({ onBehalfOf: undefined });
  });

  test("request signature: QStash's own receiver accepts it", async () => {
    const clock = systemClock;
    const signature = await signRequest({ key: current, url, body, clock, ids: randomIds });
    const receiver = new Receiver({ currentSigningKey: current.reveal(), nextSigningKey: next.reveal(), devMode: false });
    await expect(receiver.verify({ signature, body: text, url })).resolves.toBe(true);
  });

  test('request signature: a receiver with several addresses is named by what it is, with method and path', async () => {
    const { clock, verify } = setUp();
    const target = { audience: 'pharos-worker', method: 'POST', path: '/search' } as const;
    const sign = (given: SignedTarget) => signRequest({ key: current, url: given, body, clock, ids: randomIds });
    await verify({ signature: await sign(target), body, url, target });
    for (const wrong of [
      { ...target, audience: 'pharos-api' },
      { ...target, method: 'GET' },
      { ...target, path: '/jobs' },
    ] as const)
      await refused(verify({ signature: await sign(wrong), body, url, target }));
    await refused(sign(target).then((signature) => verify({ signature, body, url })));
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
        fc.pre(otherBody !== text && otherUrl !== url);
        const signature = await sign();
        await refused(verify({ signature, body: bytesOf(otherBody), url }));
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

  /** Signs as the holder of the current key could, with claims and a header of its own. */
  async function forger({ clock, sign }: ReturnType<typeof setUp>) {
    const claims = JSON.parse(Buffer.from((await sign()).split('.')[1] ?? '', 'base64url').toString());
    const now = Math.floor(clock.now() / 1000);
    const forge = (change: Record<string, unknown>, header: { alg?: string; typ?: string } = {}) =>
      new SignJWT({ ...claims, jti: randomIds.next(), ...change })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT', ...header })
        .sign(new TextEncoder().encode(current.reveal()));
    return { claims, now, forge };
  }

  test('request signature: refused without expiry, id, body hash, issuer or URL, or with another algorithm', async () => {
    const kit = setUp();
    const { forge } = await forger(kit);
    await kit.verify({ signature: await forge({ nbf: undefined }), body, url });
    for (const change of [{ exp: undefined }, { jti: undefined }, { body: undefined }, { iss: 'Another' }, { sub: undefined }]) {
      await refused(kit.verify({ signature: await forge(change), body, url }));
    }
    await refused(kit.verify({ signature: await forge({}, { alg: 'HS512' }), body, url }));
  });

  test('request signature: a token of another type is refused, so that no other JWT of these keys passes', async () => {
    const kit = setUp();
    const { forge } = await forger(kit);
    for (const typ of ['pharos-upload+jwt', 'at+jwt', ''])
      await refused(kit.verify({ signature: await forge({}, { typ }), body, url }));
    await kit.verify({ signature: await forge({}), body, url });
  });

  test('request signature: valid for 5 minutes at most, with 10 s of tolerance', async () => {
    const kit = setUp();
    const { forge, now } = await forger(kit);
    await kit.verify({ signature: await forge({ exp: now + 310 }), body, url });
    for (const exp of [now + 311, now + 86_400, Number.MAX_SAFE_INTEGER])
      await refused(kit.verify({ signature: await forge({ exp }), body, url }));
  });

  test('request signature: the digest passes unpadded and as QStash pads it, and in no other spelling', async () => {
    const kit = setUp();
    const { claims, forge } = await forger(kit);
    const digest = String(claims.body);
    expect(digest).toHaveLength(43);
    for (const accepted of [digest, `${digest}=`]) await kit.verify({ signature: await forge({ body: accepted }), body, url });
    const standard = Buffer.from(digest, 'base64url').toString('base64');
    const others = [`${digest}==`, `${digest}====`, `${digest} `, `=${digest}`, digest.slice(0, -1), [digest], null];
    for (const other of standard.startsWith(digest) ? others : [...others, standard])
      await refused(kit.verify({ signature: await forge({ body: other }), body, url }));
  });

  test("request signature: a token in the form of QStash's documentation is accepted", async () => {
    const { clock, verify } = setUp();
    const at = Math.floor(clock.now() / 1000);
    const digest = createHash('sha256').update(body).digest('base64').replaceAll('+', '-').replaceAll('/', '_');
    const signature = await new SignJWT({
      iss: 'Upstash',
      sub: url,
      exp: at + 300,
      nbf: at,
      iat: at,
      jti: 'jwt_67kxXD6UBAk7DqU6hzuHMDdXFXfP',
      body: digest,
    })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .sign(new TextEncoder().encode(next.reveal()));
    expect(digest).toMatch(/=$/);
    await verify({ signature, body, url });
  });

  test('request signature: covers bytes, so that a byte-order mark and what is no UTF-8 count', async () => {
    const { verify, sign } = setUp();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), async (bytes) => {
        await verify({ signature: await sign(current, { body: bytes }), body: bytes, url });
        const marked = Uint8Array.of(0xef, 0xbb, 0xbf, ...bytes);
        await verify({ signature: await sign(current, { body: marked }), body: marked, url });
        await refused(verify({ signature: await sign(current, { body: bytes }), body: marked, url }));
        await refused(verify({ signature: await sign(current, { body: marked }), body: bytes, url }));
      }),
      { numRuns: 30 },
    );
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
