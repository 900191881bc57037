/** `pharos search`: passages that answer a question. */
import type { SearchHit, SearchQuery, SearchResult } from '../../clients/typescript/src/index.ts';
import { withServer } from '../client/connect.ts';
import { cut, plain, plainJson, plainPassage } from '../client/plain.ts';
import { listOf, numberOf, oneOf, shareOf } from '../client/values.ts';
import type { Command } from '../command.ts';
import type { Terminal } from '../terminal.ts';

const MODES = ['hybrid', 'semantic', 'keyword'] as const;
const PASSAGE = 600;

const SORTS = ['relevance', 'date', 'title'] as const;

export const search: Command = {
  args: [
    {
      name: 'words',
      description:
        'the question, or words; in quotes of the shell also operators: "quoted words" must occur as a phrase, -word must not occur, tag:x filters',
      variadic: true,
    },
  ],
  options: {
    mode: { value: MODES.join('|'), description: 'by meaning, by words or both; hybrid by default' },
    sort: { value: SORTS.join('|'), description: 'order of the hits; relevance by default' },
    limit: { value: 'number', description: 'hits to show, up to 100; 5 by default' },
    like: { description: 'finds what is like a document, whose id is given in place of words, or like a text' },
    tag: { value: 'tags', description: 'only documents with one of these tags, separated by commas' },
    category: { value: 'categories', description: 'only documents of these categories and those below them' },
    language: { value: 'languages', description: 'only documents in these languages, such as en,german' },
    type: { value: 'types', description: 'only documents of these formats, such as pdf,docx, or media types' },
    after: { value: 'date', description: 'only documents added on this day or later' },
    before: { value: 'date', description: 'only documents added before this day' },
    quality: { value: 'number', description: 'only documents of at least this quality, 0 to 1' },
    facets: { description: 'also prints how many hits have each category, tag, language, type and year' },
    json: { description: 'prints the answer of the API' },
  },
  examples: [
    '"why does ice break off into the sea?"',
    'glaciers --mode keyword --json',
    'ice --type pdf --after 2026-01-01 --facets',
    `'"sea ice" -hockey tag:notes'`,
  ],
  run: async ({ args, options, terminal }) => {
    const words = args.join(' ');
    const query = queryOf(options);
    const result = await withServer(({ pharos }) =>
      options.like === undefined ? pharos.search(words, query) : pharos.like(words, query),
    );
    if (options.json !== undefined) return terminal.print(plainJson(result));
    for (const note of notesOn(result)) terminal.print(terminal.paint('yellow', `${note}\n`));
    if (result.hits.length === 0) return terminal.print('Nothing was found.');
    for (const [index, hit] of result.hits.entries()) terminal.print(shown(terminal, hit, index + 1));
    if (result.total > result.hits.length) terminal.print(terminal.paint('dim', `${result.hits.length} of ${result.total} hits`));
    if (options.facets !== undefined) for (const line of facetsOf(result)) terminal.print(line);
  },
};

function queryOf(options: Readonly<Record<string, string | undefined>>): SearchQuery {
  const some = (text: string | undefined) => (text === undefined ? undefined : listOf(text));
  const query = {
    limit: numberOf('--limit', options.limit ?? '5', 1, 100),
    mode: options.mode === undefined ? undefined : oneOf('--mode', MODES, options.mode),
    sort: options.sort === undefined ? undefined : oneOf('--sort', SORTS, options.sort),
    ...{ tag: some(options.tag), category: some(options.category), language: some(options.language), type: some(options.type) },
    ...{ after: options.after, before: options.before },
    min_quality: options.quality === undefined ? undefined : shareOf('--quality', options.quality),
  };
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
}

function notesOn({ degraded, weak, corrected, hits }: SearchResult): string[] {
  return [
    degraded ? 'The worker does not respond: these hits were found by words alone.' : '',
    corrected ? `Searched for "${plain(corrected.to)}" instead of "${plain(corrected.from)}".` : '',
    weak && hits.length > 0 ? 'Even the best hit is unlikely to be what you look for.' : '',
  ].filter((note) => note !== '');
}

const FACET_VALUES = 10;

const facetsOf = ({ facets = {} }: { facets?: SearchResult['facets'] | Record<string, never> }): string[] =>
  Object.entries(facets)
    .filter(([, values]) => values.length > 0)
    .map(([name, values]) => {
      const counts = values.slice(0, FACET_VALUES).map(({ value, count }) => `${plain(value)} (${count})`);
      return `${name}: ${counts.join(', ')}${values.length > FACET_VALUES ? ', …' : ''}`;
    });

function shown(terminal: Terminal, hit: SearchHit, rank: number): string {
  const path = hit.chunk.heading_path.map(plain).join(' › ');
  const width = Math.min(terminal.columns ?? 100, 100) - 3;
  const found = new Set(
    hit.passages
      .slice(0, 1)
      .flatMap(({ text, highlights }) =>
        highlights.flatMap(([start, end]) => plain(text.slice(start, end)).toLowerCase().split(' ')),
      ),
  );
  const passage = wrapped(cut(plainPassage(hit.passage), PASSAGE), width).map(
    (line) => `   ${highlighted(terminal, line, found)}`,
  );
  return [
    `${String(rank).padStart(2)} ${terminal.paint('bold', plain(hit.title))}`,
    `   ${terminal.paint('dim', [hit.resource_id, path].filter(Boolean).join('  '))}`,
    ...passage,
    '',
  ].join('\n');
}

/** Lines of whole words; a longer word has a line of its own. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}

/** Words that were found are coloured. */
function highlighted(terminal: Terminal, line: string, found: ReadonlySet<string>): string {
  const paint = (word: string) => (found.has(word.toLowerCase()) ? terminal.paint('yellow', word) : word);
  return line.replaceAll(/[\p{L}\p{M}\p{N}]+/gu, (word) => paint(word));
}
