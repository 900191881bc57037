/** `pharos ingest`: sends files, folders, web pages and standard input, and follows their processing. */
import { PharosError, type ResourceProgress } from '../../clients/typescript/src/index.ts';
import { withServer } from '../client/connect.ts';
import { followAll } from '../client/follow.ts';
import { cut, cutPath, plain, plainJson } from '../client/plain.ts';
import { listOf, numberOf } from '../client/values.ts';
import { type Command, UsageError } from '../command.ts';
import { findSources, type Skipped } from '../ingest/find-sources.ts';
import { type Outcome, sendAll } from '../ingest/send-all.ts';
import { showProgress } from '../ingest/show-progress.ts';
import type { Terminal } from '../terminal.ts';

/** A limit of the server may ask for a long pause in a large folder. */
const PATIENCE = { retries: 50, maxRetryAfter: 3_600 };
const ROWS = 50;

export const ingest: Command = {
  details:
    'In a folder, links are not followed; hidden files, known names of secret files such as .env and *.pem, and what .gitignore\n' +
    'names are left out; a "pattern" means the folder before its first wildcard. A file that is named itself is sent. Files that\n' +
    'the server has already are not sent again unless they failed there, so a run that was interrupted goes on where it ended;\n' +
    'those that are still being processed are followed with the others. Programs, pictures, recordings and archives in a folder\n' +
    'are refused here; what is named itself, and every other kind, is sent, because the server knows what it reads.\n' +
    'Exits with 1 if a document was refused or failed, or a folder could not be read.',
  args: [{ name: 'sources', description: 'files, folders, "patterns", addresses, or - for standard input', variadic: true }],
  options: {
    tags: { value: 'a,b', description: 'tags of the new documents' },
    title: { value: 'text', description: 'title, where there is one source' },
    name: { value: 'name', description: 'file name of standard input, which tells its type; input.txt by default' },
    concurrency: { value: 'number', description: 'files to send at once, up to 16; 4 by default' },
    detach: { description: 'ends when the documents are sent, without waiting until they are processed' },
    json: { description: 'prints one JSON object with every source' },
  },
  examples: ['notes/ --tags notes', '"docs/**/*.md" https://example.org/article', '- --name draft.md < draft.md'],
  run: async ({ args, options, terminal }) => {
    const atOnce = numberOf('--concurrency', options.concurrency ?? '4', 1, 16);
    const { sources, skipped } = await findSources(args);
    if (options.title !== undefined && sources.length !== 1) {
      throw new UsageError(`--title: needs one source, and there are ${sources.length}`);
    }
    // Before anything is sent: the request of a caller who is not known, or to a server that is down, fails soon.
    await withServer(({ pharos }) => pharos.get('/auth/me').catch(unlessForbidden));
    await withServer(async ({ pharos }) => {
      const shown = showProgress(terminal, { total: sources.length, isQuiet: options.json !== undefined });
      const { outcomes, failure } = await sendAll(sources, {
        pharos,
        fields: { title: options.title, tags: listOf(options.tags) },
        atOnce,
        readInput: terminal.readInput,
        inputName: options.name ?? 'input.txt',
        onRead: shown.onRead,
        onPart: shown.onPart,
        onDone: shown.onDone,
      });
      const names = new Map(
        outcomes.flatMap(({ isUnfinished, id, source }) => (isUnfinished && id !== undefined ? [[id, source] as const] : [])),
      );
      const ends = new Map<string, ResourceProgress>();
      let stopped = failure;
      if (options.detach === undefined && stopped === undefined) {
        const show = (progress: ResourceProgress) => {
          ends.set(progress.resource_id, progress);
          shown.onProgress(progress, ends, names);
        };
        await followAll(pharos, [...names.keys()], show).catch((error: unknown) => {
          stopped = { error };
        });
      }
      // What was sent is told, even where the server is gone by now; the next run goes on from there.
      const rows = outcomes.map((outcome) => rowOf(outcome, ends));
      if (options.json !== undefined) terminal.print(plainJson({ documents: rows, skipped }));
      else if (stopped === undefined || rows.length > 0) printTable(terminal, rows, skipped);
      if (stopped !== undefined) throw stopped.error;
      const bad = rows.filter(({ status }) => status === 'refused' || status === 'failed').length;
      if (bad > 0) throw new Error(`${bad} of ${rows.length} documents ${bad === 1 ? 'was' : 'were'} refused or failed`);
    }, PATIENCE);
  },
};

/** An app, which is a login in the browser, may not read the account, and is known as well. */
function unlessForbidden(error: unknown): void {
  if (!(error instanceof PharosError) || error.status !== 403) throw error;
}

interface Row {
  readonly source: string;
  readonly status: string;
  readonly id?: string;
  readonly reason?: string;
}

function rowOf({ source, result, id, reason }: Outcome, ends: ReadonlyMap<string, ResourceProgress>): Row {
  const end = id === undefined ? undefined : ends.get(id);
  const told = reason ?? end?.error_message ?? undefined;
  return {
    source,
    status: end?.overall_status ?? result,
    ...(id === undefined ? {} : { id }),
    ...(told === undefined ? {} : { reason: told }),
  };
}

function printTable(terminal: Terminal, rows: readonly Row[], skipped: Skipped): void {
  const isBad = ({ status }: Row) => status === 'refused' || status === 'failed';
  // Failures are shown whatever their number would be in a long list.
  const shown = rows.length <= ROWS ? rows : [...rows.filter(isBad), ...rows.filter((row) => !isBad(row))].slice(0, ROWS);
  const width = Math.max(20, (terminal.columns ?? 200) - 52);
  for (const { source, status, id = '', reason } of shown) {
    const style = status === 'completed' ? 'green' : status === 'refused' || status === 'failed' ? 'red' : 'dim';
    const name = terminal.columns === undefined || reason !== undefined ? plain(source) : cutPath(plain(source), width);
    const text = reason === undefined ? name : `${name}: ${plain(reason)}`;
    terminal.print(
      `${terminal.paint(style, status.padEnd(10))} ${id.padEnd(36)}  ${terminal.columns === undefined ? text : cut(text, width)}`,
    );
  }
  if (shown.length < rows.length) terminal.print(`... and ${rows.length - shown.length} more`);
  const counts = [...Map.groupBy(rows, ({ status }) => status)].map(([status, group]) => `${group.length} ${status}`);
  const left = Object.entries(skipped).flatMap(([reason, count]) =>
    count > 0 ? [`${count} ${LEFT_OUT[reason as keyof Skipped]}`] : [],
  );
  terminal.print(
    [counts.join(', ') || 'nothing to send', left.length > 0 ? `left out: ${left.join(', ')}` : ''].filter(Boolean).join('; '),
  );
}

const LEFT_OUT: Readonly<Record<keyof Skipped, string>> = {
  hidden: 'hidden',
  secret: 'with the name of a secret file',
  ignored: 'named by .gitignore',
  link: 'links',
  special: 'neither file nor folder',
};
