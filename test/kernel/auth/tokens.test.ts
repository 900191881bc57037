import fc from 'fast-check';
import { base64url, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { createAccessTokens } from '../../../src/kernel/auth/access-tokens.ts';
import { createRefreshTokens } from '../../../src/kernel/auth/refresh-tokens.ts';
import { AppError } from '../../../src/kernel/core/errors.ts';
import { equalSecrets, keyId } from '../../../src/kernel/core/keys.ts';
import { SCOPES } from '../../../src/kernel/model/actor.ts';
import { TIERS } from '../../../src/kernel/model/tiers.ts';
import { countedIds, manualClock } from '../../support/fakes/doubles.ts';
import { testUser } from '../../support/kits/auth.ts';
import { testConfig } from '../../support/kits/config.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';
const SESSION = '01900000-0000-7000-8000-000000000001';

function kit(env: Record<string, string> = {}) {
  const clock = manualClock();
  return { clock, tokens: createAccessTokens({ config: testConfig(env), clock, ids: countedIds() }) };
}

/** Replaces one character by another. */
const alteration = fc.record({ position: fc.nat(), by: fc.integer({ min: 1, max: ALPHABET.length - 1 }) });
function alter(token: string, { position, by }: { position: number; by: number }): string {
  const at = position % token.length;
  const to = ALPHABET[(ALPHABET.indexOf(token[at]!) + by) % ALPHABET.length];
  return token.slice(0, at) + to + token.slice(at + 1);
}

const refused = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({ code: 'unauthenticated', detail: 'Could not validate credentials' });
};

describe('access tokens', () => {
  test('access token: round-trips with every claim for any user, tier and scopes', async () => {
    const { tokens, clock } = kit();
    await fc.assert(
      fc.asyncProperty(
        fc.uuid(),
        fc.string({ unit: 'binary' }),
        fc.constantFrom(...TIERS),
        fc.subarray([...SCOPES]),
        fc.uuid(),
        async (id, username, tier, scopes, sessionId) => {
          const { token, expiresIn } = await tokens.issue({ user: { id, username, tier }, scopes, sessionId });
          const now = Math.floor(clock.now() / 1000);
          expect(expiresIn).toBe(1800);
          for (const claims of [await tokens.verify(token), await tokens.verify(token)]) {
            expect(claims).toEqual({
              iss: 'http://localhost:8000',
              aud: 'http://localhost:8000',
              sub: id,
              user_id: id,
              username: username.toWellFormed(),
              tier,
              scopes,
              sid: sessionId,
              jti: expect.any(String),
              iat: now,
              exp: now + 1800,
              type: 'access',
            });
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  test('access token: refused when any character is changed, whether or not the token is cached', async () => {
    const { tokens } = kit();
    const { token } = await tokens.issue({ user: testUser, scopes: ['search'], sessionId: SESSION });
    await tokens.verify(token);
    await fc.assert(
      fc.asyncProperty(alteration, async (change) => {
        await refused(tokens.verify(alter(token, change)));
      }),
      { numRuns: 300 },
    );
    expect((await tokens.verify(token)).sub).toBe(testUser.id);
  });

  test('access token: refused with another last character of any part, although its unused bits decode alike', async () => {
    const { tokens } = kit();
    const { token } = await tokens.issue({ user: testUser, scopes: ['search'], sessionId: SESSION });
    const ends = [token.indexOf('.') - 1, token.lastIndexOf('.') - 1, token.length - 1];
    for (const position of ends)
      for (let by = 1; by < ALPHABET.length; by++) await refused(tokens.verify(alter(token, { position, by })));
  });

  test('access token: two tokens issued in the same second differ', async () => {
    const { tokens } = kit();
    const grant = { user: testUser, scopes: [], sessionId: SESSION };
    expect((await tokens.issue(grant)).token).not.toBe((await tokens.issue(grant)).token);
  });

  test('access token: expires to the second, whether or not it is cached', async () => {
    const { tokens, clock } = kit({ JWT_ACCESS_TOKEN_EXPIRE_MINUTES: '1' });
    const { token } = await tokens.issue({ user: testUser, scopes: [], sessionId: SESSION });
    clock.advance(59_000);
    await tokens.verify(token);
    clock.advance(1000);
    await refused(tokens.verify(token));
    await refused(tokens.verify(token));
  });

  test('access token: after a rotation the previous secret still verifies and no longer signs', async () => {
    const [old, fresh] = ['o'.repeat(40), 'f'.repeat(40)];
    const before = kit({ JWT_SECRET_KEY: old }).tokens;
    const after = kit({ JWT_SECRET_KEY: fresh, JWT_SECRET_KEY_PREVIOUS: old }).tokens;
    const grant = { user: testUser, scopes: [], sessionId: SESSION };
    expect((await after.verify((await before.issue(grant)).token)).sub).toBe(testUser.id);
    await refused(before.verify((await after.issue(grant)).token));
    await refused(kit({ JWT_SECRET_KEY: fresh }).tokens.verify((await before.issue(grant)).token));
  });

  describe('access token: forgeries', () => {
    const secret = 'x'.repeat(40);
    const key = new TextEncoder().encode(secret);
    const { tokens, clock } = kit({ JWT_SECRET_KEY: secret });
    const now = Math.floor(clock.now() / 1000);
    const claims = {
      iss: 'http://localhost:8000',
      aud: 'http://localhost:8000',
      sub: 'u',
      user_id: 'u',
      username: 'ada',
      tier: 'free',
      scopes: [],
      sid: 's',
      jti: 'j',
      iat: now,
      exp: now + 60,
      type: 'access',
    };
    const sign = async (payload: Record<string, unknown>, header: Record<string, unknown> = {}) =>
      new SignJWT(payload).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: await keyId(secret), ...header }).sign(key);

    test('access token: a correctly signed token is accepted', async () => {
      expect((await tokens.verify(await sign(claims))).sub).toBe('u');
    });

    test.each([
      ['another typ header', {}, { typ: 'JWT' }],
      ['another algorithm', {}, { alg: 'HS512' }],
      ['a key id that is a path', {}, { kid: '../../etc/passwd' }],
      ['no key id', {}, { kid: undefined }],
      ['another issuer', { iss: 'https://evil.example' }, {}],
      ['another audience', { aud: 'https://evil.example' }, {}],
      ['type refresh', { type: 'refresh' }, {}],
      ['an expiry that is text', { exp: 'tomorrow' }, {}],
      ['no expiry', { exp: undefined }, {}],
      ['an unknown tier', { tier: 'owner' }, {}],
      ['an unknown scope', { scopes: ['everything'] }, {}],
      ['no session id', { sid: undefined }, {}],
    ])('access token: a token with %s is refused', async (_, change, header) => {
      await refused(
        (async () => {
          const token = await sign({ ...claims, ...change }, header).catch(() => 'cannot.be.signed');
          return tokens.verify(token);
        })(),
      );
    });

    test('access token: a token with alg none is refused', async () => {
      const part = (value: unknown) => base64url.encode(JSON.stringify(value));
      await refused(tokens.verify(`${part({ alg: 'none', typ: 'at+jwt' })}.${part(claims)}.`));
    });

    test.each([
      '',
      '.',
      '..',
      'a.b',
      'a.b.c.d',
      'ü.ü.ü',
      `${'a'.repeat(5000)}.b.c`,
    ])('access token: malformed text is refused (case %#)', async (token) => {
      await refused(tokens.verify(token));
    });
  });
});

describe('refresh tokens', () => {
  const SECRET = 'r'.repeat(40);
  const tokens = createRefreshTokens([SECRET]);

  test('refresh token: round-trips for any session and generation, and encodes deterministically', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uuid(), fc.nat(), async (sessionId, generation) => {
        const token = await tokens.encode({ sessionId, generation });
        expect(await tokens.decode(token)).toEqual({ sessionId, generation });
        expect(await tokens.encode({ sessionId, generation })).toBe(token);
      }),
      { numRuns: 50 },
    );
  });

  test('refresh token: undefined when any character is changed', async () => {
    const token = await tokens.encode({ sessionId: SESSION, generation: 41 });
    await fc.assert(
      fc.asyncProperty(alteration, async (change) => {
        expect(await tokens.decode(alter(token, change))).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  test('refresh token: undefined with another last character, although its unused bits decode alike', async () => {
    const token = await tokens.encode({ sessionId: SESSION, generation: 41 });
    for (let by = 1; by < ALPHABET.length; by++)
      expect(await tokens.decode(alter(token, { position: token.length - 1, by }))).toBeUndefined();
  });

  test('refresh token: any other text decodes to undefined without an exception', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        expect(await tokens.decode(text)).toBeUndefined();
      }),
    );
  });

  test('refresh token: after a rotation of the secret, tokens of the previous one are still decoded', async () => {
    const rotated = createRefreshTokens(['n'.repeat(40), SECRET]);
    const old = await tokens.encode({ sessionId: SESSION, generation: 3 });
    expect(await rotated.decode(old)).toEqual({ sessionId: SESSION, generation: 3 });
    expect(await tokens.decode(await rotated.encode({ sessionId: SESSION, generation: 3 }))).toBeUndefined();
  });
});

describe('equalSecrets', () => {
  test('equalSecrets: true for equal texts only', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), async (a, b) => {
        expect(await equalSecrets(a, a)).toBe(true);
        expect(await equalSecrets(a, b)).toBe(a === b);
      }),
      { numRuns: 30 },
    );
  });
});
