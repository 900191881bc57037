/** Pharos with one authenticated route that returns the response of the peers. It writes no log, as they do not. */
import { startBenchServer } from '../support/server.ts';

const redis = process.env.BENCH_REDIS;
const { app, base, authorization } = await startBenchServer(redis ? { REDIS_URL: redis } : {});

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system, failOpens: app.services.limiter.failOpens() });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ port: Number(new URL(base).port), authorization });
