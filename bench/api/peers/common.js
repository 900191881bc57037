// Shared by all servers: one key, one response, and a route that reports the processor time.
export const KEY = 'a benchmark key of at least thirty-two bytes';
export const ISSUER = 'bench';
export const RESPONSE = { ok: true, items: [1, 2, 3] };
export const LIMIT = 1_000_000_000;
export const redisUrl = process.env.BENCH_REDIS;

/** Tells the parent the port, and its processor time in microseconds whenever asked. */
export function serve(port) {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send({ cpu: user + system });
  });
  process.on('disconnect', () => process.exit(0));
  process.send({ port });
}
