/** Files, addresses and texts as entries of the queue, with what is wrong before anything is sent. */
import { add as texts } from '../texts/add.ts';
import { sizeOf, typeOfName } from '../texts/files.ts';
import type { Entry, Source } from './entry.ts';

/** The API's limit of one document. */
export const MAX_FILE_BYTES = 50 * 1024 * 1024;
/** The API's limit of a text in JSON. */
const MAX_TEXT_BYTES = 5 * 1024 * 1024;
const TITLE_CHARACTERS = 80;

let lastTurn = 0;

/** Later than those of every entry before it, also than those of documents that were created before this page was loaded. */
function next(): Pick<Entry, 'key' | 'turn'> {
  lastTurn = Math.max(lastTurn + 1, Date.now());
  return { key: crypto.randomUUID(), turn: lastTurn };
}

export function entryOfFile(file: File): Entry {
  const type = typeOfName(file.name);
  const facts = [...(type === undefined ? [] : [type]), sizeOf(file.size)];
  return { ...next(), title: file.name, facts, ...firstPhase({ kind: 'file', file }, faultOf(file)) };
}

/** What no server would take is not sent. */
function faultOf({ size }: Blob): string | undefined {
  if (size === 0) return texts.refused.empty;
  if (size > MAX_FILE_BYTES) return texts.refused.tooLarge(sizeOf(size), sizeOf(MAX_FILE_BYTES));
  return undefined;
}

/** What has a fault cannot be sent again as it is. */
const firstPhase = (source: Source, reason: string | undefined): Pick<Entry, 'source' | 'phase'> =>
  reason === undefined ? { source, phase: { name: 'queued' } } : { phase: { name: 'refused', reason } };

type PastedSource = Exclude<Source, { kind: 'file' }>;

/** Lines that are all addresses are documents of their own; anything else is one text. */
export function pastedSources(given: string): readonly PastedSource[] {
  // A program that cuts a text in the middle of a character leaves half of a surrogate pair, which no UTF-8 holds.
  const pasted = given.toWellFormed();
  const lines = pasted
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length === 0) return [];
  if (lines.every(isAddress)) return [...new Set(lines)].map((url) => ({ kind: 'url', url }));
  return [{ kind: 'text', text: pasted }];
}

function isAddress(line: string): boolean {
  if (!/^https?:\/\/\S+$/i.test(line)) return false;
  return URL.canParse(line);
}

export function entryOfSource(source: PastedSource): Entry {
  if (source.kind === 'url') return { ...next(), title: source.url, facts: [texts.webPage], ...firstPhase(source, undefined) };
  const { text } = source;
  const title = text.trim().split('\n', 1)[0]?.slice(0, TITLE_CHARACTERS) ?? '';
  const fault = new Blob([text]).size > MAX_TEXT_BYTES ? texts.refused.tooLong : undefined;
  return { ...next(), title, facts: [texts.pastedText(countWords(text))], ...firstPhase(source, fault) };
}

export const countWords = (text: string): number => text.trim().split(/\s+/).filter(Boolean).length;
