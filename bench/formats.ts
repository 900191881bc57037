/**
 * What reading costs, format by format: the same text as a document of each, read by a reader of its own. `npm run
 * bench:formats`, about a minute, on Linux. `CHARACTERS=20000000 ONLY=csv,json` reads larger documents of some formats.
 */
import { spawnSync } from 'node:child_process';
import { FORMATS, type Format } from '../src/kernel/model/formats.ts';
import { createDocumentReader } from '../worker-node/ingest/document-reader.ts';
import { formatDocument } from './support/format-documents.ts';
import { forgetPeak, peakMb, processorMs, residentMb } from './support/process-cost.ts';

const CHARACTERS = Number(process.env.CHARACTERS ?? 200_000);
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const turn = { owner: 'ada', signal: new AbortController().signal };

const input = (bytes: Uint8Array, contentType: string) => ({ bytes, contentType, filename: null, url: null, aliases: [] });
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** One row, measured in a process of its own: one that has read other documents has memory to spare. */
async function measure(format: Format): Promise<void> {
  const bytes = formatDocument(format, CHARACTERS);
  // One process, so that no spare one starts meanwhile.
  const reader = createDocumentReader({ processes: 1 });
  const { label, mediaType } = FORMATS[format];
  try {
    await reader.read(input(new TextEncoder().encode('A note of one line.'), 'text/plain'), turn);
    const idle = residentMb();
    forgetPeak();
    const times: number[] = [];
    let words = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const before = processorMs();
      const { contentType, wordCount } = await reader.read(input(bytes, mediaType), turn);
      times.push(processorMs() - before);
      words = wordCount;
      if (contentType !== mediaType) throw new Error(`was read as ${contentType}`);
    }
    const [first = 0, ...then] = times;
    const ms = median(then.length > 0 ? then : times);
    const cells = [bytes.length / 1_000, words, first, ms, ms / (bytes.length / 1e6), Math.max(0, peakMb() - idle)];
    console.log(`| ${label} | ${cells.map((cell) => Math.round(cell).toLocaleString('en')).join(' | ')} |`);
  } catch (error) {
    console.log(`| ${label} | ${Math.round(bytes.length / 1_000)} | ${error instanceof Error ? error.message : error} | | | | |`);
  } finally {
    await reader.close();
  }
}

const [wanted] = process.argv.slice(2);
const formats = Object.keys(FORMATS) as Format[];
const one = formats.find((format) => format === wanted);
if (one !== undefined) await measure(one);
else {
  console.log(
    '| format | KB | words | first ms | then ms | ms for each MB | MB of memory above idle |\n|---|---|---|---|---|---|---|',
  );
  const only = process.env.ONLY?.split(',') ?? formats;
  for (const format of formats.filter((name) => only.includes(name)))
    spawnSync(process.execPath, [import.meta.filename, format], { stdio: 'inherit' });
}
