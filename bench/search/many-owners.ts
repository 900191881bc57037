/** More libraries than the memory of a worker holds: many small ones beside a large one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { uuidv7 } from 'uuidv7';
import { systemClock as clock } from '../../src/adapters/system-clock.ts';
import { createSearchClient } from '../../src/kernel/worker-client/search-client.ts';
import { randomIds as ids, memoryLog } from '../../test/support/fakes/doubles.ts';
import { insertUser } from '../../test/support/fixtures/documents.ts';
import { testConfig } from '../../test/support/kits/config.ts';
import type { ZipfLibrary } from '../support/zipf-library.ts';
import { type BulkTarget, fillLibrary, writeDocuments } from './bulk-library.ts';
import { startLoneWorker } from './lone-worker.ts';
import type { ReachData } from './reach-server.ts';

export interface FaultKit {
  readonly data: ReachData;
  readonly target: BulkTarget;
  readonly library: ZipfLibrary;
  /** Counts what is not right. */
  check(isRight: boolean, text: string): void;
  tell(text: string): void;
  /** Quantiles of milliseconds. */
  spread(times: readonly number[]): string;
}

const ASKING_MS = 40_000;
/** Milliseconds that the large library may take to be whole. */
const LOADING_MS = 300_000;

/** Small libraries beside a large one, in a memory that does not hold them all. */
export async function manyOwners(
  { data, target, library, check, tell, spread }: FaultKit,
  { owners: count, large: chunks, memoryMb }: { owners: number; large: number; memoryMb: string },
): Promise<void> {
  const words = new Map<string, { word: string; ids: Set<string> }>();
  for (let n = 0; n < count; n++) {
    const ownerId = await insertUser(data.db);
    const word = `zyx${[...String(n)].map((digit) => String.fromCharCode(97 + Number(digit))).join('')}qwv`;
    const documents = Array.from({ length: 13 }, () => library.document(uuidv7()));
    const marked = documents.map((document, at) =>
      at === 0
        ? { ...document, chunks: document.chunks.map((chunk) => ({ ...chunk, text: `${word} ${chunk.text}` })) }
        : document,
    );
    await writeDocuments({ ...target, ownerId }, marked);
    words.set(ownerId, { word, ids: new Set(marked.map(({ id }) => id)) });
  }
  const large = await insertUser(data.db);
  await fillLibrary({ ...target, ownerId: large }, library, chunks);
  const worker = await startLoneWorker(data.folder, { ...data.settings, SEARCH_MEMORY_MB: memoryMb });
  const config = testConfig({ ...data.settings, SEARCH_URLS: worker.url });
  const client = createSearchClient({ config, clock, ids, fetch, log: memoryLog() });
  const fields = { prefix: false, sort: 'relevance', limit: 10, filters: {} } as const;
  const times = { small: [] as number[], large: [] as number[], away: 0, libraries: 0 };
  // An address that has failed is passed over for a second.
  const isAway = async () => {
    times.away += 1;
    await sleep(1_000);
  };
  const askLarge = () => client.search({ ...fields, owner_id: large, q: library.question(2, 0), mode: 'hybrid' }).catch(isAway);
  const loading = performance.now();
  while (!(await askLarge()) && performance.now() - loading < LOADING_MS);
  tell(`the large library: whole after ${((performance.now() - loading) / 1_000).toFixed(0)} s`);
  times.away = 0;
  const end = performance.now() + ASKING_MS;
  const askOften = async () => {
    while (performance.now() < end) {
      const started = performance.now();
      if (await askLarge()) times.large.push(performance.now() - started);
    }
  };
  const owners = [...words.keys()];
  const askSmall = async () => {
    while (performance.now() < end) {
      const ownerId = owners[Math.floor(Math.random() * owners.length)] as string;
      const { word, ids: known } = words.get(ownerId) as { word: string; ids: Set<string> };
      const started = performance.now();
      const answer = await client.search({ ...fields, owner_id: ownerId, q: word, mode: 'keyword' }).catch(isAway);
      if (answer) {
        times.small.push(performance.now() - started);
        check(answer.hits.length === 1, `${answer.hits.length} hits of an owner's own word`);
        for (const { resource_id: id } of answer.hits) check(known.has(id), `${id} is another owner's`);
      }
      times.libraries = Math.max(times.libraries, await worker.libraries());
    }
  };
  await Promise.all([askOften(), askSmall(), askSmall()]);
  tell(`${count} owners beside one of ${chunks} chunks, ${memoryMb} MB: at most ${times.libraries} libraries in memory`);
  tell(`small: ${times.small.length} answers, ms ${spread(times.small)}`);
  tell(`large: ${times.large.length} answers, ms ${spread(times.large)}; ${times.away} questions without an answer`);
  await worker.stop();
}
