/** A load generator in a forked process: it receives its requests, sends them over keep-alive connections and reports each second. */
import { Agent, request } from 'node:http';

export interface LoadOrder {
  readonly base: string;
  readonly paths: readonly string[];
  readonly authorization: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface Second {
  readonly answered: number;
  readonly failed: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

export const percentile = (sorted: readonly number[], part: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;

function ask(url: string, authorization: string, agent: Agent): Promise<number> {
  return new Promise((resolve) => {
    const asked = request(url, { agent, headers: { authorization } }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    asked.on('error', () => resolve(0)).end();
  });
}

async function run({ base, paths, authorization, connections, seconds }: LoadOrder): Promise<Second[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const started = performance.now();
  const times: number[][] = Array.from({ length: seconds }, () => []);
  const failed = new Array<number>(seconds).fill(0);
  let next = 0;
  async function keepAsking(): Promise<void> {
    for (;;) {
      const from = performance.now();
      const second = Math.floor((from - started) / 1000);
      if (second >= seconds) return;
      const status = await ask(base + paths[next++ % paths.length], authorization, agent);
      times[second]?.push(performance.now() - from);
      if (status !== 200) failed[second] = (failed[second] ?? 0) + 1;
    }
  }
  await Promise.all(Array.from({ length: connections }, keepAsking));
  agent.destroy();
  return times.map((all, second) => {
    const sorted = all.toSorted((a, b) => a - b);
    return { answered: all.length, failed: failed[second] ?? 0, p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
  });
}

if (import.meta.main) {
  process.once('message', (order: LoadOrder) => {
    void run(order).then((seconds) => process.send?.(seconds, () => process.disconnect()));
  });
}
