import { expect, test } from 'vitest';
import { createMetrics } from '../../../src/adapters/metrics.ts';
import { noMetrics } from '../../../src/kernel/core/metrics.ts';
import { createMemoryKeyValue } from '../../../src/kernel/kv/memory.ts';
import { newStages } from '../../../src/kernel/model/stages.ts';
import { instrumentProgress } from '../../../src/kernel/progress/instrumented.ts';
import { createProgressTracker } from '../../../src/kernel/progress/tracker.ts';
import { instrumentLimiter } from '../../../src/kernel/rate-limits/instrumented.ts';
import { createLimiter } from '../../../src/kernel/rate-limits/limiter.ts';
import { createMemoryRateLimitStore } from '../../../src/kernel/rate-limits/memory-store.ts';
import { manualClock, memoryLog } from '../../support/fakes/doubles.ts';
import { openTestDatabase } from '../../support/kits/database.ts';

const clock = manualClock();
const policies = [{ name: 'minute', windowMs: 60_000, limit: 1 }];

test('limiter metrics: decisions are counted by the first word of the key; reads and peeks are not counted', async () => {
  const metrics = createMetrics();
  const limiter = instrumentLimiter(
    createLimiter({ rateLimitStore: createMemoryRateLimitStore({ clock }), clock, log: memoryLog() }),
    metrics,
  );
  const limit = { key: 'limit:user:ada', policies, cost: 1 };
  await limiter.consume({ limit, read: [] });
  await limiter.consume({ limit, read: [] });
  await limiter.consume({ limit: { ...limit, cost: 0 }, read: [] });
  expect(await limiter.consume({ read: ['x'] })).toEqual({ values: [undefined] });
  await limiter.decide('register:192.0.2.1', policies);
  await limiter.decide('register:192.0.2.1', policies, 0);
  await limiter.peekAll([{ key: 'login:account:ada', policies }]);
  await limiter.consumeAll([{ key: 'login:account:ada', policies }]);
  const text = (await metrics.expose())?.text;
  expect(text).toContain('pharos_rate_limit_decisions_total{by="user",decision="admitted"} 1');
  expect(text).toContain('pharos_rate_limit_decisions_total{by="user",decision="refused"} 1');
  expect(text).toContain('pharos_rate_limit_decisions_total{by="register",decision="admitted"} 1');
  expect(text).toContain('pharos_rate_limit_decisions_total{by="login",decision="admitted"} 1');
  expect(limiter.failOpens()).toBe(0);
});

test('progress metrics: a listener that leaves twice is counted once, and a forgotten resource no longer counts', async () => {
  const metrics = createMetrics();
  const { db, close } = await openTestDatabase();
  const kv = createMemoryKeyValue({ clock });
  const progress = instrumentProgress(createProgressTracker({ kv, db, clock, log: memoryLog() }), metrics);
  const listening = async () => /^pharos_progress_listeners (\d+)$/m.exec((await metrics.expose())?.text ?? '')?.[1];
  const [leave, stay] = [progress.subscribe('r', () => {}), progress.subscribe('r', () => {})];
  expect(await listening()).toBe('2');
  leave();
  leave();
  expect(await listening()).toBe('1');
  stay();
  await progress.begin('r', newStages(clock.now()));
  expect(await progress.read('r')).toMatchObject({ resourceId: 'r', degraded: false });
  await progress.forget('r');
  expect(await progress.read('r')).toBeUndefined();
  await close();
});

test('noMetrics: every operation does nothing and the exposition is undefined', async () => {
  noMetrics.counter('a', 'b').add();
  noMetrics.timer('a', 'b').start()();
  noMetrics.gauge('a', 'b', () => 1);
  expect(await noMetrics.expose()).toBeUndefined();
});
