import { expect, test } from 'vitest';
import { createMemoryKeyValue } from '../../src/kernel/kv/memory.ts';
import { createLimiter } from '../../src/kernel/limits/limiter.ts';
import { measureLimiter } from '../../src/kernel/limits/measured.ts';
import { noMetrics } from '../../src/kernel/metrics.ts';
import { measureProgress } from '../../src/kernel/progress/measured.ts';
import { newStages } from '../../src/kernel/progress/stages.ts';
import { createProgressTracker } from '../../src/kernel/progress/tracker.ts';
import { createMetrics } from '../../src/runtimes/drivers/metrics.ts';
import { openTestDatabase } from '../support/database.ts';
import { manualClock, memoryLog } from '../support/doubles.ts';

const clock = manualClock();
const policies = [{ name: 'minute', windowMs: 60_000, limit: 1 }];

test('a limiter counts what it decided, by the first word of the key, and nothing where it was only asked to read or look', async () => {
  const metrics = createMetrics();
  const limiter = measureLimiter(createLimiter({ kv: createMemoryKeyValue({ clock }), clock, log: memoryLog() }), metrics);
  const limit = { key: 'limit:user:ada', policies, cost: 1 };
  await limiter.admit({ limit, read: [] });
  await limiter.admit({ limit, read: [] });
  await limiter.admit({ limit: { ...limit, cost: 0 }, read: [] });
  expect(await limiter.admit({ read: ['x'] })).toEqual({ values: [undefined] });
  await limiter.decide('register:192.0.2.1', policies);
  await limiter.decide('register:192.0.2.1', policies, 0);
  const text = (await metrics.expose())?.text;
  expect(text).toContain('pharos_rate_limit_decisions_total{by="user",decision="admitted"} 1');
  expect(text).toContain('pharos_rate_limit_decisions_total{by="user",decision="refused"} 1');
  expect(text).toContain('pharos_rate_limit_decisions_total{by="register",decision="admitted"} 1');
  expect(limiter.failOpens()).toBe(0);
});

test('a listener who leaves twice was one listener, and what is forgotten is gone', async () => {
  const metrics = createMetrics();
  const { db, close } = await openTestDatabase();
  const kv = createMemoryKeyValue({ clock });
  const progress = measureProgress(createProgressTracker({ kv, db, clock, log: memoryLog() }), metrics);
  const listening = async () => /^pharos_progress_listeners (\d+)$/m.exec((await metrics.expose())?.text ?? '')?.[1];
  const [leave, stay] = [progress.watch('r', () => {}), progress.watch('r', () => {})];
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

test('no metrics are kept where none are wanted', async () => {
  noMetrics.counter('a', 'b').add();
  noMetrics.timer('a', 'b').start()();
  noMetrics.gauge('a', 'b', () => 1);
  expect(await noMetrics.expose()).toBeUndefined();
});
