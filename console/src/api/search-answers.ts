/** The last answer of the search. It outlives the screen, so that Back shows at once what was there. */
import { effect, signal } from '@preact/signals';
import type { SearchHit, SearchResult, Suggestions } from '../../../clients/typescript/src/index.ts';
import { type Asked, toQuery, writeAsked } from './asked.ts';
import { client } from './client.ts';
import { sessionEnded } from './session-ended.ts';
import { taxonomyInTime } from './taxonomy.ts';

export interface Answer {
  readonly asked: Asked;
  /** False while the last word may be the beginning of one. */
  readonly whole: boolean;
  readonly first: SearchResult;
  readonly hits: readonly SearchHit[];
  readonly cursor: string | undefined;
  readonly at: number;
}

export const answer = signal<Answer | undefined>(undefined);
export const busy = signal(false);
export const failure = signal<unknown>(undefined);
export const suggestions = signal<Suggestions | undefined>(undefined);

const PAGE = 10;
/** An older answer is asked for again. */
const FRESH_MS = 5 * 60_000;

let running: AbortController | undefined;

effect(() => {
  if (sessionEnded.value === 0) return;
  running?.abort();
  answer.value = undefined;
  suggestions.value = undefined;
});

export const isAnswerTo = (given: Answer | undefined, asked: Asked): given is Answer =>
  given !== undefined && writeAsked(given.asked).toString() === writeAsked(asked).toString();

/** Asks, and drops the answers to what was asked before. `whole` false: while it is being typed. */
export async function ask(asked: Asked, whole: boolean): Promise<void> {
  running?.abort();
  const last = answer.peek();
  if (isAnswerTo(last, asked) && last.whole === whole && Date.now() - last.at < FRESH_MS) {
    busy.value = false;
    failure.value = undefined;
    return;
  }
  const controller = new AbortController();
  running = controller;
  busy.value = true;
  try {
    const query = { ...toQuery(asked), limit: PAGE, ...(whole ? {} : { prefix: true }) };
    const [first] = await Promise.all([client.search(asked.q, query, { signal: controller.signal }), taxonomyInTime()]);
    if (controller.signal.aborted) return;
    failure.value = undefined;
    answer.value = { asked, whole, first, hits: first.hits, cursor: first.next_cursor, at: Date.now() };
  } catch (error) {
    if (!controller.signal.aborted) failure.value = error;
  } finally {
    if (running === controller) busy.value = false;
  }
}

/** Stops what is under way, as when the field was emptied. */
export function stopAsking(): void {
  running?.abort();
  busy.value = false;
  failure.value = undefined;
  suggestions.value = undefined;
}

/** The next page after the hits that are shown. Throws PharosError where the server refuses. */
export async function askMore(): Promise<void> {
  const shown = answer.peek();
  if (shown?.cursor === undefined || busy.peek()) return;
  const { asked, whole, cursor } = shown;
  const query = { ...toQuery(asked), limit: PAGE, cursor, ...(whole ? {} : { prefix: true }) };
  const next = await client.search(asked.q, query);
  if (answer.peek() !== shown) return;
  const known = new Set(shown.hits.map((hit) => hit.resource_id));
  const added = next.hits.filter((hit) => !known.has(hit.resource_id));
  answer.value = { ...shown, hits: [...shown.hits, ...added], cursor: next.next_cursor };
}

let suggesting: AbortController | undefined;
const SUGGESTIONS = 3;
const MAX_TYPED = 200;

/** A failure leaves the field without suggestions: the results say what is wrong. */
export async function askSuggestions(typed: string): Promise<void> {
  suggesting?.abort();
  if (typed.trim() === '' || typed.length > MAX_TYPED) {
    suggestions.value = undefined;
    return;
  }
  const controller = new AbortController();
  suggesting = controller;
  try {
    const found = await client.suggest(typed, SUGGESTIONS, { signal: controller.signal });
    if (!controller.signal.aborted) suggestions.value = found;
  } catch {
    if (!controller.signal.aborted) suggestions.value = undefined;
  }
}

/** A document that was deleted is no hit any more. */
export function forgetHit(id: string): void {
  const shown = answer.peek();
  if (shown) answer.value = { ...shown, hits: shown.hits.filter((hit) => hit.resource_id !== id) };
}
