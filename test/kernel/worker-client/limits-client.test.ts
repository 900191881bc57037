import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/kernel/core/secret.ts';
import type { Decision } from '../../../src/kernel/model/sliding-window.ts';
import {
  createLimitsClient,
  limitDecisionSchema,
  limitRequestSchema,
  toLimitDecision,
} from '../../../src/kernel/worker-client/limits-client.ts';
import { createSignatureVerifier, SIGNATURE_HEADER } from '../../../src/kernel/worker-client/signatures.ts';
import { manualClock, memoryLog, randomIds } from '../../support/fakes/doubles.ts';

const signingKeys = { current: new Secret('a signing key of more than thirty-two bytes') };
const user = { userId: 'ada', tier: 'free' } as const;
const policy = { name: 'minute', windowMs: 60_000, limit: 100 };
const decided: Decision = { admitted: false, retryAfterMs: 1500, states: [{ policy, remaining: 0, resetAt: 12_345 }] };
const local: Decision = { admitted: true, retryAfterMs: 0, states: [] };

function setUp(respond: (init: RequestInit) => Response | Promise<Response>) {
  const clock = manualClock();
  const log = memoryLog();
  const requests: { url: string; init: RequestInit }[] = [];
  const insured: unknown[] = [];
  const countRequest = createLimitsClient({
    config: { publicUrl: 'https://pharos.example', worker: { signingKeys } },
    apiUrl: 'http://127.0.0.1:8000',
    fetch: async (url, init = {}) => {
      requests.push({ url: String(url), init });
      return respond(init);
    },
    insurance: async (given) => {
      insured.push(given);
      return local;
    },
    clock,
    ids: randomIds,
    log,
  });
  return { clock, log, requests, insured, countRequest };
}

describe('limits client', () => {
  test('limits client: asks the API about the user, signed for its public URL', async () => {
    const { clock, requests, insured, countRequest } = setUp(() => Response.json(toLimitDecision(decided)));
    expect(await countRequest(user)).toEqual(decided);
    const [{ url, init }] = requests as [(typeof requests)[0]];
    expect(url).toBe('http://127.0.0.1:8000/jobs/limits');
    expect(limitRequestSchema.parse(JSON.parse(String(init.body)))).toEqual({ user_id: 'ada', tier: 'free' });
    await createSignatureVerifier({ keys: signingKeys, clock })({
      signature: new Headers(init.headers).get(SIGNATURE_HEADER),
      body: new TextEncoder().encode(String(init.body)),
      url: 'https://pharos.example/jobs/limits',
    });
    expect(insured).toEqual([]);
  });

  test('limits client: a tier without limits has no decision', async () => {
    const { countRequest } = setUp(() => Response.json(toLimitDecision(undefined)));
    expect(await countRequest(user)).toBeUndefined();
  });

  test.each([
    ['is away', () => Promise.reject(new TypeError('fetch failed'))],
    ['responds with an error', () => new Response(null, { status: 503 })],
    ['responds with something else', () => Response.json({ decision: { admitted: 'maybe' } })],
  ])('limits client: while the API %s, this process counts, and the outage is logged once', async (_what, respond) => {
    const { log, insured, countRequest } = setUp(respond);
    for (let i = 0; i < 3; i += 1) expect(await countRequest(user)).toEqual(local);
    expect(insured).toEqual([user, user, user]);
    expect(log.lines.map(({ level }) => level)).toEqual(['warning']);
  });

  test('limits client: a second after an outage the API is asked again', async () => {
    let isAway = true;
    const { clock, requests, countRequest } = setUp(() => {
      if (isAway) throw new TypeError('fetch failed');
      return Response.json(toLimitDecision(decided));
    });
    await countRequest(user);
    await countRequest(user);
    expect(requests).toHaveLength(1);
    isAway = false;
    clock.advance(1000);
    expect(await countRequest(user)).toEqual(decided);
  });

  test('limits client: every decision is unchanged by transport over HTTP', () => {
    const state = fc.record({
      policy: fc.record({
        name: fc.string({ maxLength: 40 }),
        windowMs: fc.nat().map((n) => n + 1),
        limit: fc.nat().map((n) => n + 1),
      }),
      remaining: fc.nat(),
      resetAt: fc.nat(),
    });
    const decision = fc.record({ admitted: fc.boolean(), retryAfterMs: fc.nat(), states: fc.array(state, { maxLength: 3 }) });
    return fc.assert(
      fc.asyncProperty(decision, async (given) => {
        const wire = JSON.stringify(limitDecisionSchema.parse(toLimitDecision(given)));
        const { countRequest } = setUp(() => new Response(wire));
        expect(await countRequest(user)).toEqual(given);
      }),
    );
  });
});
