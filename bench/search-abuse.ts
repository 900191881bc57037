/**
 * Asks a running server generated questions that nobody means well, and measures each as a client: how many are refused, that
 * none is a server error, and how long they take.
 *
 *   node bench/search-abuse.ts --url http://127.0.0.1:24400 --token TOKEN [--questions 20000] [--at-once 2] [--seed 1] [--most-ms 200]
 *
 * The server has to listen on the loopback interface. The exit code is 1 where a question was a server error, was answered by
 * the database because the worker failed, or took longer than `--most-ms`.
 */
import { parseArgs } from 'node:util';
import { type AbusiveQuestion, abusiveQuestions } from '../test/support/fixtures/abusive-questions.ts';

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:3000' },
    token: { type: 'string' },
    questions: { type: 'string', default: '20000' },
    'at-once': { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    'most-ms': { type: 'string', default: '200' },
  },
});
const QUESTIONS = Math.min(100_000, Number(values.questions));
const AT_ONCE = Math.min(16, Number(values['at-once']));
const MOST_MS = Number(values['most-ms']);
/** Milliseconds after which a question counts as never answered. */
const DEADLINE_MS = 30_000;
/** Bad answers that are printed. */
const PRINTED = 40;

const base = new URL(values.url);
if (!['127.0.0.1', 'localhost', '[::1]'].includes(base.hostname)) throw new Error('--url has to name the loopback interface');
if (values.token === undefined) throw new Error('--token is required');
const headers = { Authorization: `Bearer ${values.token}`, 'Content-Type': 'application/json' };

const times = new Map<string, number[]>();
const statuses = new Map<string, number>();
const bad: string[] = [];
let cursors: readonly string[] = [];

async function ask({ kind, method, path, body }: AbusiveQuestion): Promise<void> {
  const started = performance.now();
  let outcome: string;
  let degraded = false;
  try {
    const response = await fetch(new URL(path, base), {
      ...{ method, headers, signal: AbortSignal.timeout(DEADLINE_MS) },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    outcome = String(response.status);
    if (response.ok) {
      const answer = JSON.parse(text) as { degraded?: boolean; next_cursor?: string };
      degraded = answer.degraded === true;
      if (answer.next_cursor !== undefined) cursors = [answer.next_cursor, ...cursors.slice(0, 9)];
    }
  } catch (error) {
    outcome = error instanceof Error ? error.name : String(error);
  }
  const ms = performance.now() - started;
  times.set(kind, [...(times.get(kind) ?? []), ms]);
  statuses.set(`${kind} ${outcome}`, (statuses.get(`${kind} ${outcome}`) ?? 0) + 1);
  if (!/^[24]/.test(outcome) || degraded || ms > MOST_MS)
    bad.push(`${kind}: ${outcome}${degraded ? ' degraded' : ''}, ${ms.toFixed(0)} ms: ${(body ?? path).slice(0, 160)}`);
}

const questions = abusiveQuestions(Number(values.seed), () => cursors);
let left = QUESTIONS;
async function askMany(): Promise<void> {
  while (left-- > 0) await ask(questions.next().value as AbusiveQuestion);
}
await Promise.all(Array.from({ length: AT_ONCE }, askMany));

const quantile = (sorted: readonly number[], share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
for (const [kind, own] of [...times].sort(([a], [b]) => (a < b ? -1 : 1))) {
  const sorted = own.toSorted((a, b) => a - b);
  const told = [...statuses].filter(([key]) => key.startsWith(`${kind} `)).map(([key, n]) => `${key.split(' ').at(-1)}: ${n}`);
  const [half, most, last] = [0.5, 0.99, 1].map((share) => quantile(sorted, share).toFixed(1).padStart(7));
  console.log(`${kind.padEnd(28)} p50 ${half}  p99 ${most}  max ${last} ms  ${told.join(', ')}`);
}
for (const line of bad.slice(0, PRINTED)) console.log(JSON.stringify(line));
console.log(`${bad.length} of ${QUESTIONS} questions answered badly`);
process.exitCode = bad.length > 0 ? 1 : 0;
