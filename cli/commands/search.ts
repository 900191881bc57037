/** `pharos search`: passages that answer a question. */
import type { SearchHit, SearchQuery } from '../../clients/typescript/src/index.ts';
import { withServer } from '../client/connect.ts';
import { cut, plain, plainJson, plainPassage } from '../client/plain.ts';
import { numberOf, oneOf } from '../client/values.ts';
import type { Command } from '../command.ts';
import type { Terminal } from '../terminal.ts';

const MODES = ['hybrid', 'semantic', 'keyword'] as const;
const PASSAGE = 600;

export const search: Command = {
  args: [{ name: 'words', description: 'the question, or words; "quoted words" must occur as a phrase', variadic: true }],
  options: {
    mode: { value: MODES.join('|'), description: 'by meaning, by words or both; hybrid by default' },
    limit: { value: 'number', description: 'hits to show, up to 100; 5 by default' },
    tag: { value: 'tag', description: 'only documents with this tag' },
    category: { value: 'category', description: 'only documents of this category and those below it' },
    language: { value: 'code', description: 'only documents in this language, such as en' },
    json: { description: 'prints the answer of the API' },
  },
  examples: ['"why does ice break off into the sea?"', 'glaciers --mode keyword --json'],
  run: async ({ args, options, terminal }) => {
    const { tag, category, language } = options;
    const mode = options.mode === undefined ? undefined : oneOf('--mode', MODES, options.mode);
    const query = { limit: numberOf('--limit', options.limit ?? '5', 1, 100), mode, tag, category, language };
    const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as SearchQuery;
    const words = args.join(' ');
    const result = await withServer(({ pharos }) => pharos.search(words, given));
    if (options.json !== undefined) return terminal.print(plainJson(result));
    if (result.degraded)
      terminal.print(terminal.paint('yellow', 'The worker does not respond: these hits were found by words alone.\n'));
    if (result.hits.length === 0) return terminal.print('Nothing was found.');
    for (const [index, hit] of result.hits.entries()) terminal.print(shown(terminal, hit, index + 1, words));
  },
};

function shown(terminal: Terminal, hit: SearchHit, rank: number, words: string): string {
  const path = hit.chunk.heading_path.map(plain).join(' › ');
  const width = Math.min(terminal.columns ?? 100, 100) - 3;
  const passage = wrapped(cut(plainPassage(hit.passage), PASSAGE), width).map(
    (line) => `   ${highlighted(terminal, line, words)}`,
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

/** Words of the question are coloured where they begin a word of the passage; short ones are in every passage. */
function highlighted(terminal: Terminal, line: string, question: string): string {
  const asked = new Set((question.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? []).slice(0, 50));
  return line.replaceAll(/[\p{L}\p{N}]+/gu, (word) => (asked.has(word.toLowerCase()) ? terminal.paint('yellow', word) : word));
}
