/** How far `pharos ingest` is: on a terminal a total with a bar for each file under way, elsewhere a line for each file done. */
import type { ResourceProgress } from '../../clients/typescript/src/index.ts';
import { cut, cutPath, plain } from '../client/plain.ts';
import type { Terminal } from '../terminal.ts';
import type { Outcome } from './send-all.ts';

const BAR = 24;
const SMALL_BAR = 10;
/** Documents under way that are shown while they are processed. */
const SHOWN = 8;

export interface IngestProgress {
  onRead(): void;
  /** Part of a source under way that was sent, from 0 to 1. */
  onPart(source: string, part: number): void;
  onDone(outcome: Outcome): void;
  /** `names`: the sources of all documents that are processed, by id. `all`: the newest progress of each. */
  onProgress(progress: ResourceProgress, all: ReadonlyMap<string, ResourceProgress>, names: ReadonlyMap<string, string>): void;
}

export function showProgress(terminal: Terminal, { total, isQuiet }: { total: number; isQuiet: boolean }): IngestProgress {
  const parts = new Map<string, number>();
  const ended = new Set<string>();
  const counts = { sent: 0, present: 0, refused: 0 };
  let read = 0;
  const doneOf = () => counts.sent + counts.present + counts.refused;

  /** `lines`: a part and a name for each source under way. */
  function draw(part: number, words: string, lines: readonly (readonly [string, number])[]): void {
    const { columns } = terminal;
    if (isQuiet || columns === undefined) return;
    const small = lines.map(([name, of]) => {
      const start = `  ${bar(of, SMALL_BAR)} ${`${Math.floor(of * 100)} %`.padStart(5)}  `;
      return start + cutPath(plain(name), Math.max(10, columns - 1 - start.length));
    });
    terminal.rewrite(...[`${bar(part, BAR)} ${words}`, ...small].map((line) => cut(line, columns - 1)));
  }

  function note(done: number, of: number, words: string): void {
    if (!isQuiet && terminal.columns === undefined) terminal.note(`[${done}/${of}] ${words}`);
  }

  function drawSending(): void {
    const done = doneOf();
    const under = [...parts.values()].reduce((sum, part) => sum + part, 0);
    const told = Object.entries(counts).flatMap(([result, count]) => (count > 0 ? [`${count} ${result}`] : []));
    draw((done + under) / Math.max(1, total), `${done} of ${total}${told.length > 0 ? `: ${told.join(', ')}` : ''}`, [...parts]);
  }

  return {
    onRead: () => {
      read += 1;
      draw(read / Math.max(1, total), `read ${read} of ${total}`, []);
    },
    onPart: (source, part) => {
      parts.set(source, part);
      drawSending();
    },
    onDone: ({ source, result, reason }) => {
      parts.delete(source);
      counts[result] += 1;
      drawSending();
      note(doneOf(), total, `${result} ${plain(source)}${reason === undefined ? '' : `: ${plain(reason)}`}`);
    },
    onProgress: ({ resource_id: id, overall_status: status, error_message: reason }, all, names) => {
      const percent = [...all.values()].reduce((sum, each) => sum + each.percent, 0) / Math.max(1, names.size);
      if (hasEnded(status) && !ended.has(id)) {
        ended.add(id);
        const why = reason === null ? '' : `: ${plain(reason)}`;
        note(ended.size, names.size, `${status} ${plain(names.get(id) ?? id)}${why}`);
      }
      const under = [...all.values()].filter(({ overall_status }) => overall_status === 'processing').slice(0, SHOWN);
      const lines = under.map((each) => [names.get(each.resource_id) ?? each.resource_id, each.percent / 100] as const);
      draw(percent / 100, `processed ${ended.size} of ${names.size}`, lines);
    },
  };
}

const hasEnded = (status: ResourceProgress['overall_status']) => status === 'completed' || status === 'failed';

function bar(part: number, width: number): string {
  const filled = Math.round(width * Math.min(1, Math.max(0, part)));
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}
