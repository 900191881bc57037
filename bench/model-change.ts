/**
 * A change of model under load, as a transcript: `npm start` with a library embedded by the small static model, documents that
 * are posted and questions that are asked without pause, and the switch to the default model. Every second prints the state and
 * coverage of the new model, documents posted, searches answered and their median and worst latency.
 * `BENCH_DOCUMENTS=300 npm run bench:model-change`
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '../test/support/kits/client.ts';
import { runProgram } from '../test/support/kits/command-line.ts';
import { startPharos } from '../test/support/servers/servers.ts';
import { percentile } from './support/load.ts';

const DOCUMENTS = Number(process.env.BENCH_DOCUMENTS ?? 200);
const [OLD, NEW] = ['pharos-static-192', 'all-MiniLM-L6-v2'];
const MASTER_API_KEY = 'a master key for a bench on this machine alone';
/** Milliseconds between two posts, and between a response and the next question. */
const [POST_EVERY_MS, PAUSE_MS] = [500, 50];

const WORDS = ['glacier', 'bread', 'password', 'garden', 'violin', 'server', 'mountain', 'concert', 'flour', 'winter'];
const textOf = (n: number) =>
  Array.from(
    { length: 20 },
    (_, i) =>
      `In year ${1000 + n} the ${WORDS[n % WORDS.length]} was seen ${i + 2} times beside the ${WORDS[(n * 3 + i) % WORDS.length]}, ` +
      `and ${(n * 7 + i * 3) % 90} percent of the people said that it had changed since the city began to count.`,
  ).join(' ');

interface Models {
  readonly models: readonly {
    readonly name: string;
    readonly state: string;
    readonly documents: { readonly total: number; readonly embedded: number };
  }[];
}

const pharos = await startPharos({ EMBEDDING_MODEL: OLD, RATE_LIMIT_FREE_TIER: '10000000', MASTER_API_KEY, LOG_LEVEL: 'error' });
const client = createClient(pharos.url);
await client.login();
const admin = createClient(pharos.url);
admin.authorize(MASTER_API_KEY);
const modelNow = async (name: string) =>
  (await admin.call<Models>('GET', '/admin/models')).body.models.find((model) => model.name === name);

let posted = 0;
const post = () => client.post({ content: textOf(posted++), content_type: 'text/plain' });
console.log(`${DOCUMENTS} documents are posted and embedded by ${OLD}`);
const ids: string[] = [];
for (let i = 0; i < DOCUMENTS; i++) ids.push(await post());
for (const id of ids) await client.finished(id, 600);

let over = false;
let times: number[] = [];
let [answered, empty, byWords] = [0, 0, 0];
const loads = [
  (async () => {
    for (let n = 0; !over; n++) {
      const from = performance.now();
      const { body } = await client.search(`${WORDS[n % WORDS.length]} ${n}`, { mode: 'semantic' });
      times.push(performance.now() - from);
      answered += 1;
      if (body.hits.length === 0) empty += 1;
      if (body.degraded) byWords += 1;
      await sleep(PAUSE_MS);
    }
  })(),
  (async () => {
    while (!over) {
      await post();
      await sleep(POST_EVERY_MS);
    }
  })(),
];

const { stdout } = await runProgram(['models', 'activate', NEW], { DATA_DIR: pharos.dataDir });
console.log(`$ pharos models activate ${NEW}\n${stdout.trim()}\n`);
console.log('   s  state     covered      posted  searches  empty  by words  p50 ms  max ms');
const startedAt = performance.now();
let after = 0;
for (let second = 1; after < 3 && second < 600; second++) {
  times = [];
  const before = answered;
  await sleep(Math.max(0, startedAt + second * 1000 - performance.now()));
  const model = await modelNow(NEW);
  const { total = 0, embedded = 0 } = model?.documents ?? {};
  const sorted = times.toSorted((a, b) => a - b);
  const cells = [
    String(second).padStart(4),
    (model?.state ?? '').padEnd(8),
    `${embedded} of ${total}`.padStart(11),
    String(posted).padStart(8),
    String(answered - before).padStart(8),
    String(empty).padStart(5),
    String(byWords).padStart(8),
    percentile(sorted, 0.5).toFixed(0).padStart(6),
    (sorted.at(-1) ?? 0).toFixed(0).padStart(6),
  ];
  console.log(cells.join('  '));
  if (model?.state === 'active') after += 1;
}
over = true;
await Promise.all(loads);
const old = await modelNow(OLD);
console.log(`\n${OLD} is ${old?.state}; ${answered} searches answered, ${empty} of them empty, ${byWords} by words`);
await pharos.stop();
