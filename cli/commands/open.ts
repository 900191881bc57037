/** `pharos open`: the document's address in the browser, or its original where it has none. */
import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { definitionOf, formatOfMediaType } from '../../src/kernel/model/format-lookup.ts';
import type { Format } from '../../src/kernel/model/formats.ts';
import { answer, json } from '../answer.ts';
import { withServer } from '../client/connect.ts';
import { plain } from '../client/plain.ts';
import { type Command, UsageError } from '../command.ts';

export const open: Command = {
  details:
    'The program in BROWSER opens it, and that of the operating system otherwise. A document without an address is saved in the ' +
    'folder for temporary files and opened there; a page (HTML, XML) is saved only, and program code is opened as text.',
  args: [{ name: 'id', description: 'id of the document' }],
  options: { print: { description: 'prints the address, and opens nothing' }, json },
  run: async ({ args: [id = ''], options, terminal }) => {
    const { url, canonical_url: canonical } = await withServer(({ pharos }) =>
      pharos.get('/resources/{id}', { params: { path: { id } } }),
    );
    const address = url ?? canonical;
    // Another scheme could name a program.
    if (!address || !/^https?:\/\//i.test(address) || !URL.canParse(address)) {
      if (options.print !== undefined)
        throw new UsageError(`${id} came as a file or text and has no address: "pharos show ${id} --text" prints it`);
      const { path, isHarmless } = await saveContent(id);
      answer({ options, terminal }, { id, path }, plain(path));
      if (isHarmless) await browse(path);
      return;
    }
    const { href } = new URL(address);
    answer({ options, terminal }, { id, url: href }, plain(href));
    if (options.print === undefined) await browse(href);
  },
};

/** A browser runs their scripts, as those of a page of this machine. */
const PAGES: ReadonlySet<Format> = new Set<Format>(['html', 'xml', 'feed']);
/** Extensions of these would start a program instead of an editor. */
const SHOWN_AS_TEXT: ReadonlySet<Format> = new Set<Format>(['code', 'settings']);

/** The extension is that of the format, because the name of the file is a stranger's: under `.docx` no macro runs. */
function extensionOf(mediaType: string): { extension: string; isHarmless: boolean } {
  const format = formatOfMediaType(mediaType);
  if (format === undefined) return { extension: 'bin', isHarmless: false };
  const [extension = 'bin'] = SHOWN_AS_TEXT.has(format) ? ['txt'] : definitionOf(format).extensions;
  return { extension, isHarmless: !PAGES.has(format) };
}

async function saveContent(id: string): Promise<{ path: string; isHarmless: boolean }> {
  const file = await withServer(({ pharos }) => pharos.content(id));
  const { extension, isHarmless } = extensionOf(file.type.split(';')[0]?.trim().toLowerCase() ?? '');
  const folder = await mkdtemp(join(tmpdir(), 'pharos-'));
  const path = join(folder, `document.${extension}`);
  await writeFile(path, new Uint8Array(await file.arrayBuffer()), { mode: 0o600 });
  return { path, isHarmless };
}

const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  // `start` is a command of the shell, which would read the address as its own syntax.
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Starts the browser, without a shell, and does not wait for its end. */
export async function browse(href: string): Promise<void> {
  const chosen = process.env.BROWSER;
  const [program, ...args] = chosen ? [chosen] : (OPENERS[process.platform] ?? ['xdg-open']);
  const child = spawn(program as string, [...args, href], { stdio: 'ignore', detached: true });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => reject(new Error(`${program} could not be started: open the address yourself`, { cause })));
  });
  child.unref();
}
