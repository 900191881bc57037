/**
 * Reading hostile documents: the time of each against an ordinary document of its size, and how long one owner's documents
 * wait while another sends such. `npm run bench:reading`, about a minute.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createDocumentReader, readingBudgetMs } from '../worker-node/ingest/document-reader.ts';

const SIZE = Number(process.env.BENCH_BYTES ?? 25_000);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 25);
const SENTENCE = 'The lighthouse keeper climbs the stairs each evening to light the lamp for the ships at sea. ';

const fill = (unit: string, size = SIZE) => unit.repeat(Math.ceil(size / unit.length));
const markdown = {
  '*a': fill('*a'),
  '**a': fill('**a'),
  'a***b': fill('a***b'),
  'a**b*c ': fill('a**b*c '),
  '_a*b': fill('_a*b'),
  '*a ..b* ': fill('*a ', SIZE / 2) + fill('b* ', SIZE / 2),
  '> x49': fill(`${'> '.repeat(49)}x\n`),
  '> x45, 91 bytes': `${'> '.repeat(45)}x`,
  'rule of 30 "- "': `${'- '.repeat(30)}\n\n${SENTENCE}`,
  'rule of 40 "* "': `${'* '.repeat(40)}\n\n${SENTENCE}`,
  '[a][b]': fill('[a][b]'),
  '> a\\nb': fill('> a\nb\n'),
  'a <? ': fill('a <? '),
  'a <![CDATA[': fill('a <![CDATA['),
  'a\\n..===': `${fill('a\n')}===`,
  'refs+defs': fill('[a]: /x\n', SIZE / 2) + fill('[a] ', SIZE / 2),
};
const html = {
  '<': fill('<'),
  'a<br>': fill('a<br>'),
  '<p>a': fill('<p>a'),
  '<h1>a</h1><p>b</p>': fill('<h1>a</h1><p>b</p>'),
  'style of blanks': `<p style="display${' '.repeat(SIZE)}">x`,
};

const signal = new AbortController().signal;
const input = (text: string, contentType: string) => ({
  bytes: Buffer.from(text),
  contentType,
  filename: null,
  url: null,
  aliases: [],
});

const reader = createDocumentReader({ processes: 2 });
const timed = async (owner: string, text: string, contentType: string) => {
  const start = performance.now();
  const outcome = await reader.read(input(text, contentType), { owner, signal }).then(
    () => 'read',
    (error: Error) => error.message.slice(0, 60),
  );
  return { ms: performance.now() - start, outcome };
};
const quantile = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

for (const [contentType, cases, ordinary] of [
  ['text/markdown', markdown, fill(`# A heading\n\n${SENTENCE.repeat(4)}\n\n- *one* and [two](https://a.example/)\n\n`)],
  ['text/html', html, fill(`<h2>A heading</h2><p>${SENTENCE.repeat(4)}</p><ul><li><i>one</i></li></ul>`)],
] as const) {
  const rounds: number[] = [];
  for (let n = 0; n < 5; n++) rounds.push((await timed('ada', ordinary, contentType)).ms);
  const base = quantile(rounds, 0.5);
  console.log(`${contentType}, ${SIZE} bytes; an ordinary document: ${base.toFixed(0)} ms; budget ${readingBudgetMs(SIZE)} ms`);
  for (const [name, text] of Object.entries(cases)) {
    const { ms, outcome } = await timed('ada', text, contentType);
    console.log(`  ${name.padEnd(20)} ${ms.toFixed(0).padStart(6)} ms  ${(ms / base).toFixed(1).padStart(6)} times  ${outcome}`);
  }
}

/** Sends a small document twice a second and returns how long each took. */
async function visit(seconds: number): Promise<number[]> {
  const times: number[] = [];
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(500))
    times.push((await timed('ada', SENTENCE, 'text/plain')).ms);
  return times;
}

const alone = await visit(5);
let attacking = true;
const hostile: [string, string][] = [
  [`${'> '.repeat(45)}x`, 'text/markdown'],
  [fill('*a', 20_000), 'text/markdown'],
  [`${'- '.repeat(30)}\n\n${SENTENCE}`, 'text/markdown'],
  // Takes all of its time and is ended.
  ['<div>'.repeat(100_000), 'text/html'],
];
const attackers = Array.from({ length: 4 }, async (_, n) => {
  for (let i = n; attacking; i++) {
    const [text, contentType] = hostile[i % hostile.length] as [string, string];
    await timed('eve', text, contentType);
  }
});
const attacked = await visit(SECONDS);
attacking = false;
await Promise.all(attackers);
await reader.close();
const [before, during] = [quantile(alone, 0.5), quantile(attacked, 0.5)];
console.log(`another owner's small document, alone: p50 ${before.toFixed(1)} ms, most ${Math.max(...alone).toFixed(1)} ms`);
console.log(
  `beside four loops of hostile ones: p50 ${during.toFixed(1)} ms (${(during / before).toFixed(1)} times), p99 ${quantile(attacked, 0.99).toFixed(1)} ms, most ${Math.max(...attacked).toFixed(1)} ms, of ${attacked.length}`,
);
