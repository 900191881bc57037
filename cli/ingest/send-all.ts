/** Sends many sources, several at a time. One that fails does not stop the others. */
import { type Client, PharosError } from '../../clients/typescript/src/index.ts';
import type { Source } from './find-sources.ts';
import { type Bytes, bytesOf, readFileSource } from './read-source.ts';
import type { SentRecord } from './record.ts';

export interface Outcome {
  readonly source: string;
  /** `present`: the server had it already. */
  readonly result: 'sent' | 'present' | 'refused';
  readonly id?: string;
  readonly reason?: string;
}

export interface Fields {
  readonly title?: string | undefined;
  readonly tags: readonly string[];
}

export interface SendOptions {
  readonly pharos: Client;
  readonly record: SentRecord;
  readonly fields: Fields;
  readonly atOnce: number;
  readonly readInput: () => Promise<Uint8Array>;
  /** The file name of standard input. */
  readonly inputName: string;
  /** Part of the source under way that was sent, from 0 to 1. */
  readonly onPart: (source: string, part: number) => void;
  readonly onDone: (outcome: Outcome) => void;
}

export function nameOf(source: Source): string {
  if (source.kind === 'url') return source.url;
  return source.kind === 'input' ? 'standard input' : source.name;
}

/** The outcomes, in the order of the sources. Throws where the server cannot be reached or does not know the caller. */
export async function sendAll(sources: readonly Source[], options: SendOptions): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = 0;
  let failure: unknown;
  const sendNext = async () => {
    while (next < sources.length && failure === undefined) {
      const at = next++;
      try {
        const outcome = await sendOne(sources[at] as Source, options);
        outcomes[at] = outcome;
        options.onDone(outcome);
      } catch (error) {
        failure ??= error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.atOnce, sources.length) }, sendNext));
  if (failure !== undefined) throw failure;
  return outcomes;
}

/** Refusals of one document; what else fails would fail for every one. */
const OF_ONE: readonly number[] = [400, 409, 413, 415, 422];

async function sendOne(source: Source, { pharos, record, fields, readInput, inputName, onPart }: SendOptions): Promise<Outcome> {
  const name = nameOf(source);
  const { title, tags } = fields;
  const described = { ...(title === undefined ? {} : { title }), ...(tags.length === 0 ? {} : { tags: [...tags] }) };
  try {
    if (source.kind === 'url') {
      const { id, isNew } = await pharos.create({ url: source.url, ...described });
      return { source: name, result: isNew ? 'sent' : 'present', id };
    }
    if (source.kind === 'unreadable') return { source: name, result: 'refused', reason: source.reason };
    const read = await readBytes(source, readInput, inputName);
    if ('reason' in read) return { source: name, result: 'refused', reason: read.reason };
    const known = await record.idOf(read.digest);
    if (known !== undefined) return { source: name, result: 'present', id: known };
    const onProgress = ({ loaded, total }: { loaded: number; total: number }) => onPart(name, total === 0 ? 1 : loaded / total);
    const { id, isNew } = await pharos.upload(read.file, { ...described, onProgress });
    await record.add(read.digest, id);
    return { source: name, result: isNew ? 'sent' : 'present', id };
  } catch (error) {
    if (!(error instanceof PharosError) || !OF_ONE.includes(error.status)) throw error;
    const reasons = error.errors.map(({ path, message }) => `${path}: ${message}`);
    return { source: name, result: 'refused', reason: reasons.join('; ') || error.detail };
  }
}

/** A file that cannot be read is one of many: its reason is part of the outcome. */
async function readBytes(
  source: Extract<Source, { kind: 'file' | 'input' }>,
  readInput: () => Promise<Uint8Array>,
  inputName: string,
): Promise<Bytes | { reason: string }> {
  try {
    return source.kind === 'input' ? bytesOf(await readInput(), inputName) : await readFileSource(source);
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}
