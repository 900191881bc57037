/**
 * The event-loop delay of API and worker while the files of a folder come in, on `npm start` with SQLite, beside that of a
 * process that does nothing. `npm run bench:intake -- FOLDER [folder of another checkout]`. The client has the lowest priority.
 * `PROFILE=<folder>` writes a processor profile of each process into it. Fetches nothing.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Pharos, ROOT, startCheckout } from './support/checkout.ts';
import type { LoopDelay, Milliseconds } from './support/loop-delay.ts';

const POSTS_AT_ONCE = 6;
const MAX_ATTEMPTS = 100;
const LOWEST_PRIORITY = 19;
/** For so long an idle server is measured first. */
const IDLE_MS = 5_000;
const SETTINGS = { EMBEDDING_MODEL: 'pharos-static-192', RATE_LIMIT_ADMIN_TIER: '0' };

const [folder, checkout = ROOT] = process.argv.slice(2);
if (folder === undefined) throw new Error('expected a folder of documents: npm run bench:intake -- FOLDER');
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ name }) => name)
  .sort();

/**
 * The status of the last answer. A server that is full is asked again; `fetch` fails where it answered before it read all of
 * the file.
 */
async function upload({ request }: Pharos, name: string): Promise<number> {
  const body = new FormData();
  body.append('file', new File([readFileSync(join(folder ?? '', name))], name));
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const answer = await request('/resources/upload', { method: 'POST', body }).catch(() => undefined);
    if (answer !== undefined && answer.status !== 429 && answer.status !== 503) return answer.status;
    await sleep(1_000);
  }
  return 503;
}

async function uploadAll(pharos: Pharos): Promise<number> {
  const rest = names.toReversed();
  let accepted = 0;
  const post = async () => {
    for (let name = rest.pop(); name !== undefined; name = rest.pop()) if ((await upload(pharos, name)) < 300) accepted++;
  };
  await Promise.all(Array.from({ length: POSTS_AT_ONCE }, post));
  return accepted;
}

const PROGRAMS = ['api', 'worker', 'idle'] as const;
const shown = ({ p50, p99, p999, max }: Milliseconds) => [p50, p99, p999, max].map((ms) => ms.toFixed(1)).join(' / ');
const cells = (delays: readonly LoopDelay[]) =>
  PROGRAMS.map((name) => {
    const found = delays.find(({ program }) => program === name);
    return found ? `${shown(found.wall)} · ${shown(found.processor)}` : 'none';
  }).join(' | ');

console.log(
  `${names.length} files; milliseconds between turns of the event loop, of which 2 are a timer's, as p50 / p99 / p99.9 / max`,
);
console.log('of the clock, then of the processor time of the thread\n');
console.log(`| | documents/s | CPU s: API, worker | ${PROGRAMS.join(' | ')} |\n|${'---|'.repeat(6)}`);
const profile = process.env.PROFILE;
const options = profile === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${resolve(profile)}` };
const pharos = await startCheckout(resolve(checkout), { ...SETTINGS, ...options });
setPriority(0, LOWEST_PRIORITY);
try {
  await sleep(IDLE_MS);
  await pharos.loopDelays();
  await sleep(IDLE_MS);
  const before = await pharos.loopDelays();
  console.log(`| idle | | | ${cells(before)} |`);
  const from = performance.now();
  const accepted = await uploadAll(pharos);
  const posted = (performance.now() - from) / 1000;
  await pharos.untilSettled();
  const seconds = (performance.now() - from) / 1000;
  const after = await pharos.loopDelays();
  const cpu = (['api', 'worker'] as const).map((program) => {
    const [start = 0, end = 0] = [before, after].map((delays) => delays.find((one) => one.program === program)?.cpu);
    return (end - start).toFixed(1);
  });
  const what = `${accepted} accepted, posted in ${posted.toFixed(0)} s`;
  console.log(`| ${what} | ${(accepted / seconds).toFixed(1)} | ${cpu.join(', ')} | ${cells(after)} |`);
} finally {
  await pharos.stop();
}
