/** Pharos as it runs, but for the log, which the peers do not write either: one locked route that answers what they answer. */
import { startBenchServer } from '../support/server.ts';

const redis = process.env.BENCH_REDIS;
const { app, base, authorization } = await startBenchServer(redis ? { REDIS_URL: redis } : {});

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system, failOpens: app.services.limiter.failOpens() });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ port: Number(new URL(base).port), authorization });
