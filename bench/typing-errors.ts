/**
 * What an error in every long word of a question costs, on test collections:
 * `npm run bench:typing-errors -- FOLDER [collection ...]`. A collection is a folder there with `docs.jsonl` (id, title, text),
 * `queries.jsonl` (id, text) and `qrels.tsv` (question, document, grade). Its documents are posted to this checkout.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT, startCheckout } from './support/checkout.ts';
import { gainOf } from './support/relevance-gain.ts';
import { withTypingErrors } from './support/typing-errors.ts';

const MODES = ['hybrid', 'keyword'] as const;
const BATCH = 100;

export type Call = (path: string, body?: unknown) => Promise<Record<string, unknown>>;

interface Row {
  readonly id: string;
  readonly title?: string;
  readonly text: string;
}

const linesOf = (file: string): string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
const rowsOf = (file: string): Row[] => linesOf(file).map((line) => JSON.parse(line) as Row);

function judgements(file: string): Map<string, Map<string, number>> {
  const grades = new Map<string, Map<string, number>>();
  for (const [question = '', document = '', grade] of linesOf(file).map((line) => line.split('\t'))) {
    grades.set(question, (grades.get(question) ?? new Map()).set(document, Number(grade)));
  }
  return grades;
}

/** By id of a resource: the document's. */
async function ingest(call: Call, folder: string): Promise<Map<string, string>> {
  const documents = rowsOf(join(folder, 'docs.jsonl')).filter(({ text }) => text !== '');
  const ids = new Map<string, string>();
  for (let start = 0; start < documents.length; ) {
    const some = documents.slice(start, start + BATCH);
    const resources = some.map(({ title, text }) => ({
      content: text,
      content_type: 'text/plain',
      ...(title ? { title: title.slice(0, 500) } : {}),
    }));
    const { resources: accepted } = (await call('/resources/batch', { resources })) as { resources: Accepted[] };
    const refused = accepted.findIndex(({ http_status }) => http_status === 429 || http_status === 503);
    const taken = refused === -1 ? some.length : refused;
    for (const [i, { id }] of accepted.slice(0, taken).entries()) if (id !== undefined) ids.set(id, some[i]?.id ?? '');
    start += taken;
    if (refused !== -1) await sleep(1_000);
  }
  return ids;
}

interface Accepted {
  readonly id?: string;
  readonly http_status?: number;
}

/** nDCG@10 of a collection's questions as they are, and with an error in each long word. */
export async function measureTypingErrors(call: Call, ids: ReadonlyMap<string, string>, folder: string) {
  const grades = judgements(join(folder, 'qrels.tsv'));
  const questions = rowsOf(join(folder, 'queries.jsonl')).filter(({ id }) =>
    [...(grades.get(id)?.values() ?? [])].some((g) => g > 0),
  );
  const measured: { mode: string; asked: number; typed: number }[] = [];
  for (const mode of MODES) {
    const sums = { asked: 0, typed: 0 };
    for (const [i, { id, text }] of questions.entries()) {
      for (const [kind, q] of [
        ['asked', text],
        ['typed', withTypingErrors(text, i)],
      ] as const) {
        const answer = await call('/search', { q: q.slice(0, 4_000), mode, limit: 10 });
        const found = (answer as { hits: { resource_id: string }[] }).hits.map((hit) => ids.get(hit.resource_id) ?? '');
        sums[kind] += gainOf(found, grades.get(id) ?? new Map());
      }
    }
    measured.push({ mode, asked: sums.asked / questions.length, typed: sums.typed / questions.length });
  }
  return measured;
}

async function run(folder: string, collections: readonly string[]): Promise<void> {
  console.log('| | mode | as asked | with errors | cost |\n|---|---|---|---|---|');
  for (const collection of collections) {
    const pharos = await startCheckout(ROOT);
    const ids = await ingest(pharos.call, join(folder, collection));
    await pharos.untilSettled();
    for (const { mode, asked, typed } of await measureTypingErrors(pharos.call, ids, join(folder, collection))) {
      const figures = [asked, typed, asked - typed].map((figure) => figure.toFixed(3));
      console.log(`| ${[collection, mode, ...figures].join(' | ')} |`);
    }
    await pharos.stop();
  }
}

const [folder, ...collections] = process.argv.slice(2);
if (import.meta.main) {
  if (folder === undefined) throw new Error('Which folder has the collections?');
  await run(folder, collections.length > 0 ? collections : ['cran', 'cisi', 'npl']);
}
