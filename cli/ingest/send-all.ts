/** Sends many sources, several at a time. One that fails does not stop the others. */
import { type Client, PharosError, type SentResource } from '../../clients/typescript/src/index.ts';
import { findKnown, isUnfinished, LOOKED_UP_TOGETHER } from './find-known.ts';
import type { Source } from './find-sources.ts';
import { digestOf, fileOf, MAX_BYTES, readFileSource } from './read-source.ts';

export interface Outcome {
  readonly source: string;
  /** `present`: the server had it already. */
  readonly result: 'sent' | 'present' | 'refused';
  readonly id?: string;
  readonly reason?: string;
  /** It is processed now, because it was sent, or was still under way. */
  readonly isUnfinished?: boolean;
}

export interface Fields {
  readonly title?: string | undefined;
  readonly tags: readonly string[];
}

export interface SendOptions {
  readonly pharos: Client;
  readonly fields: Fields;
  readonly atOnce: number;
  readonly readInput: (most: number) => Promise<Uint8Array>;
  /** The file name of standard input. */
  readonly inputName: string;
  /** Part of the source under way that was sent, from 0 to 1. */
  readonly onPart: (source: string, part: number) => void;
  readonly onDone: (outcome: Outcome) => void;
  /** One more file was read, to ask the server whether it has it. */
  readonly onRead: () => void;
}

export function nameOf(source: Source): string {
  if (source.kind === 'url') return source.url;
  return source.kind === 'input' ? 'standard input' : source.name;
}

export interface Sent {
  /** In the order of the sources. */
  readonly outcomes: readonly Outcome[];
  /** Why the others were not sent: the server cannot be reached any more, or does not know the caller. */
  readonly failure?: Failure;
}

interface Failure {
  readonly error: unknown;
}

export async function sendAll(sources: readonly Source[], options: SendOptions): Promise<Sent> {
  const outcomes = new Map<Source, Outcome>();
  try {
    for (let at = 0; at < sources.length; at += LOOKED_UP_TOGETHER) {
      await sendSome(sources.slice(at, at + LOOKED_UP_TOGETHER), options, (source, outcome) => outcomes.set(source, outcome));
    }
    return { outcomes: inOrder() };
  } catch (error) {
    return { outcomes: inOrder(), failure: { error } };
  }

  function inOrder(): Outcome[] {
    return sources.flatMap((source) => outcomes.get(source) ?? []);
  }
}

async function sendSome(
  sources: readonly Source[],
  options: SendOptions,
  note: (source: Source, outcome: Outcome) => void,
): Promise<void> {
  const { pharos, atOnce, onRead, onDone } = options;
  const read = await eachOf(sources, atOnce, async (source) => {
    const result = await readDigest(source);
    onRead();
    return result;
  });
  const known = await findKnown(
    pharos,
    read.flatMap(({ digest }) => digest ?? []),
  );
  await eachOf(sources, atOnce, async (source, index) => {
    const { digest = '', reason } = read[index] ?? {};
    const present = known.get(digest);
    const at = { source: nameOf(source) };
    const outcome: Outcome =
      reason !== undefined
        ? { ...at, result: 'refused', reason }
        : present !== undefined
          ? { ...at, result: 'present', ...present }
          : await sendOne(source, options);
    note(source, outcome);
    onDone(outcome);
  });
}

/** Results in the order of the items, `atOnce` of which are under way. No more are begun after a failure, which is thrown. */
async function eachOf<T, R>(items: readonly T[], atOnce: number, work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const runNext = async () => {
    while (next < items.length && failure === undefined) {
      const index = next++;
      try {
        results[index] = await work(items[index] as T, index);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, runNext));
  if (failure) throw failure.error;
  return results;
}

/** A file that cannot be read is one of many: its reason is part of the outcome. Standard input can be read once only. */
async function readDigest(source: Source): Promise<{ digest?: string; reason?: string }> {
  if (source.kind !== 'file') return {};
  try {
    return { digest: await digestOf(source) };
  } catch (error) {
    return { reason: wordsOf(error) };
  }
}

/** Refusals of one document; what else fails would fail for every one. */
const OF_ONE: readonly number[] = [400, 409, 413, 415, 422];

async function sendOne(source: Source, { pharos, fields, readInput, inputName, onPart }: SendOptions): Promise<Outcome> {
  const name = nameOf(source);
  const { title, tags } = fields;
  const described = { ...(title === undefined ? {} : { title }), ...(tags.length === 0 ? {} : { tags: [...tags] }) };
  try {
    if (source.kind === 'url') {
      return outcomeOf(name, await pharos.create({ url: source.url, ...described }));
    }
    if (source.kind === 'unreadable') return { source: name, result: 'refused', reason: source.reason };
    const read = await readFileOf(source, readInput, inputName);
    if ('reason' in read) return { source: name, result: 'refused', reason: read.reason };
    const onProgress = ({ loaded, total }: { loaded: number; total: number }) => onPart(name, total === 0 ? 1 : loaded / total);
    return outcomeOf(name, await pharos.upload(read.file, { ...described, onProgress }));
  } catch (error) {
    if (!(error instanceof PharosError) || !OF_ONE.includes(error.status)) throw error;
    const reasons = error.errors.map(({ path, message }) => `${path}: ${message}`);
    return { source: name, result: 'refused', reason: reasons.join('; ') || error.detail };
  }
}

const outcomeOf = (source: string, { id, isNew, status }: SentResource): Outcome => ({
  source,
  result: isNew ? 'sent' : 'present',
  id,
  isUnfinished: isNew || isUnfinished(status),
});

async function readFileOf(
  source: Extract<Source, { kind: 'file' | 'input' }>,
  readInput: (most: number) => Promise<Uint8Array>,
  inputName: string,
): Promise<{ file: File } | { reason: string }> {
  try {
    return { file: source.kind === 'input' ? fileOf(await readInput(MAX_BYTES), inputName) : await readFileSource(source) };
  } catch (error) {
    return { reason: wordsOf(error) };
  }
}

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
