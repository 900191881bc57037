import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../cli/commands.ts';
import { didYouMean } from '../../cli/suggest.ts';
import { createTerminal } from '../../cli/terminal.ts';
import { openDatabase } from '../../src/adapters/open-database.ts';
import { findUsersByLogin } from '../../src/kernel/db/users.ts';
import { runCommand, runProgram } from '../support/kits/command-line.ts';

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'pharos-cli-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const pharos = (args: string[], input = '') => runCommand(args, { DATA_DIR: dataDir }, input);
const program = (args: string[], input = '', settings = { DATA_DIR: dataDir }) => runProgram(args, settings, input);

async function user(name: string) {
  const database = await openDatabase({ database: { kind: 'sqlite', path: join(dataDir, 'pharos.db') } });
  const [found] = await findUsersByLogin(database.db, name);
  database.close();
  return found;
}

describe('pharos users', () => {
  test('users create: makes an admin with the password from standard input, and names the database', async () => {
    const made = await program(['users', 'create', 'root', 'root@example.org', '--tier', 'admin'], 'a long enough phrase\n');
    expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('created root (admin)') });
    expect(made.stdout).toContain(`in ${join(dataDir, 'pharos.db')}`);
    expect(await user('root')).toMatchObject({ tier: 'admin', active: true, passwordHash: expect.stringMatching(/^\$scrypt\$/) });
    const again = await program(['users', 'create', 'root', 'other@example.org'], 'a long enough phrase');
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('already taken') });
  });

  test('users tier, users deactivate: find the user by e-mail address or name', async () => {
    await pharos(['users', 'create', 'ada', 'ada@example.org'], 'a long enough phrase');
    expect((await pharos(['users', 'tier', 'ada@example.org', 'premium'])).code).toBe(0);
    expect((await pharos(['users', 'deactivate', 'ada'])).code).toBe(0);
    expect(await user('ada')).toMatchObject({ tier: 'premium', active: false });
  });
});

describe('pharos users delete', () => {
  test('users delete: removes the account, whose name is free afterwards', async () => {
    await pharos(['users', 'create', 'lin', 'lin@example.org'], 'a long enough phrase');
    const deleted = await pharos(['users', 'delete', 'lin@example.org', '--yes']);
    expect(deleted).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('lin and everything that the account owned are deleted'),
    });
    expect(await user('lin')).toBeUndefined();
    expect((await pharos(['users', 'create', 'lin', 'lin@example.org'], 'a long enough phrase')).code).toBe(0);
  });

  test('users delete: without a terminal and without --yes nothing is deleted', async () => {
    await pharos(['users', 'create', 'kept', 'kept@example.org'], 'a long enough phrase');
    const refused = await pharos(['users', 'delete', 'kept']);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    expect(await user('kept')).toBeDefined();
  });
});

test('migrate: a second run changes nothing and says "up to date"', async () => {
  expect((await program(['migrate'])).code).toBe(0);
  expect((await pharos(['migrate'])).stdout).toContain('up to date');
});

test('migrate: the first command on a new machine creates folder and database', async () => {
  const folder = join(dataDir, 'new', 'data');
  expect(await program(['migrate'], '', { DATA_DIR: folder })).toMatchObject({ code: 0, stderr: '' });
  expect(await readdir(folder)).toContain('pharos.db');
});

describe('pharos: help and version', () => {
  test.each(['--version', '-v'])('pharos %s: prints the version', async (option) => {
    const { default: manifest } = await import('../../package.json', { with: { type: 'json' } });
    expect(await program([option])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });

  test.each(['--help', '-h'])('pharos %s: lists every command', async (option) => {
    const { code, stdout } = await pharos([option]);
    expect(code).toBe(0);
    for (const name of Object.keys(COMMANDS)) expect(stdout).toContain(`  ${name} `);
  });

  test('pharos users --help: lists the commands of the group alone', async () => {
    const { code, stdout } = await pharos(['users', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('users deactivate');
    expect(stdout).not.toContain('db copy');
  });

  test.each([
    { words: [] },
    { words: ['users'] },
    { words: ['users', 'create'] },
  ])('pharos help $words: prints the same as --help', async ({ words }) => {
    const help = await pharos(['help', ...words]);
    expect(help).toEqual(await pharos([...words, '--help']));
    expect(help.code).toBe(0);
  });

  test('pharos db copy --help: shows required options without brackets', async () => {
    expect((await pharos(['db', 'copy', '--help'])).stdout).toContain('usage: pharos db copy --from <url> --to <url> [--json]\n');
  });

  test.each(Object.keys(COMMANDS))('pharos %s -h: shows usage, arguments and options', async (name) => {
    const { code, stdout } = await pharos([...name.split(' '), '-h']);
    expect(code).toBe(0);
    const command = await COMMANDS[name]?.load();
    expect(stdout).toContain(`usage: pharos ${name}`);
    for (const { description } of command?.args ?? []) expect(stdout).toContain(description);
    for (const [option, { value }] of Object.entries(command?.options ?? {}))
      expect(stdout).toContain(value === undefined ? `  --${option} ` : `--${option} <`);
  });
});

describe('pharos: mistakes', () => {
  test.each([
    [[], 'usage: pharos <command>'],
    [['users'], 'usage: pharos users <command>'],
    [['user', 'create'], 'unknown command "user create"; did you mean "users create"?'],
    [['users', 'creat', 'a', 'b'], 'unknown command "users creat"; did you mean "users create"?'],
    [['migrat'], 'unknown command "migrat"; did you mean "migrate"?'],
    [['serach', 'ice', 'and', 'snow'], 'unknown command "serach"; did you mean "search"?'],
    [['ingets', 'list'], 'unknown command "ingets"; did you mean "ingest"?'],
    [['jbos', 'list'], 'unknown command "jbos list"; did you mean "jobs list"?'],
    [['fly', 'away'], 'unknown command "fly"\n'],
    [['fly'], 'unknown command "fly"'],
    [['--hlep'], 'unknown option --hlep; did you mean "--help"?'],
    [['users', 'create', 'x'], 'missing argument <email>'],
    [['users', 'create', 'a', 'b@example.org', 'c'], 'unexpected argument "c"'],
    [['users', 'create', 'a', 'b@example.org', '--from', 'x'], 'unknown option --from'],
    [['users', 'create', 'a', 'b@example.org', '--teir', 'free'], 'unknown option --teir; did you mean "--tier"?'],
    [['users', 'create', 'a', 'b@example.org', '--tier'], 'option --tier needs a value'],
    [['migrate', '--help=x'], 'option --help takes no value'],
    [['db', 'backup', '/no/such/folder/copy.db'], 'There is no folder /no/such/folder'],
    [['users', 'create', 'a b', 'w@example.org'], 'The username'],
    [['users', 'create', 'fine', 'nowhere'], 'nowhere is not an e-mail address'],
    [['users', 'create', 'weak', 'w@example.org'], 'The password must have at least 8'],
    [['users', 'tier', 'nobody', 'premium'], 'no user nobody'],
    [['users', 'tier', 'root', 'owner'], 'expected a tier'],
    [['users', 'create', 'x', 'x@example.org', '--tier', 'owner'], 'expected a tier'],
  ])('pharos %j: exits with 2 and names the mistake: %s', async (args, message) => {
    const { code, stdout, stderr } = await pharos(args, 'short');
    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([2, '']);
  });

  test.each([
    ['pul', ['models pull', 'pull'], '; did you mean "pull"?'],
    ['zzzzzz', ['pull'], ''],
    ['--rev', ['--revision'], ''],
  ])('didYouMean: "%s" of %j gives "%s"', (word, known, expected) => {
    expect(didYouMean(word, known)).toBe(expected);
  });
});

test('db backup: only its owner can read the copy', async () => {
  const copy = join(dataDir, 'copy.db');
  await program(['migrate']);
  expect(await program(['db', 'backup', copy])).toMatchObject({ code: 0, stderr: '' });
  const { mode, size } = await stat(copy);
  expect(mode & 0o777).toBe(0o600);
  expect(size).toBeGreaterThan(0);
});

test.each([
  ['--help'],
  ['--version'],
  ['migrate', 'status'],
  ['models', 'list'],
  ['db', 'backup', 'copy.db'],
  ['db', 'copy', '--from', 'file:missing.db', '--to', 'file:target.db'],
])('pharos %s %s: reads only, and creates neither folder nor database nor secret', async (...args) => {
  const folder = await mkdtemp(join(tmpdir(), 'pharos-read-only-'));
  const script = join(process.cwd(), 'bin/pharos.js');
  const child = spawn(process.execPath, [script, ...args], { cwd: folder, env: { PATH: process.env.PATH }, stdio: 'ignore' });
  await new Promise((resolve) => child.once('exit', resolve));
  expect(await readdir(folder)).toEqual([]);
});

test('pharos: a reader of the output that leaves early is no failure', async () => {
  const child = spawn(process.execPath, ['bin/pharos.js', '--help'], { env: { PATH: process.env.PATH } });
  child.stdout.destroy();
  const [errors, code] = await Promise.all([text(child.stderr), new Promise((resolve) => child.once('exit', resolve))]);
  expect([errors, code]).toEqual(['', 0]);
});

/** The lines of a terminal that has been written `text`, as far as the program uses it. */
function screenOf(text: string): string[] {
  const lines = [''];
  let [row, column] = [0, 0];
  for (const [piece, , count, code] of text.replaceAll('\u001b', 'ESC').matchAll(/(ESC\[\??(\d*)([AJhl]))|./gs)) {
    if (code === 'A') row -= Number(count);
    else if (code === 'J') lines.splice(row, lines.length, (lines[row] ?? '').slice(0, column));
    else if (piece === '\r') column = 0;
    else if (piece === '\n') {
      row += 1;
      column = 0;
      lines[row] ??= '';
    } else if (code === undefined) {
      const line = lines[row] ?? '';
      lines[row] = line.slice(0, column).padEnd(column) + piece + line.slice(column + 1);
      column += 1;
    }
  }
  return lines;
}

describe('terminal', () => {
  function terminalOf(isTTY: boolean) {
    const streams = { input: new PassThrough(), output: new PassThrough(), errors: new PassThrough() };
    for (const stream of Object.values(streams)) Object.assign(stream, { isTTY, setRawMode: () => undefined });
    const terminal = createTerminal(streams as unknown as Parameters<typeof createTerminal>[0]);
    const shown = () => [streams.output, streams.errors].map((stream) => String(stream.read() ?? ''));
    return { terminal, input: streams.input, output: streams.output, shown };
  }

  test('terminal: a secret typed on a terminal is not echoed', async () => {
    const { terminal, input, shown } = terminalOf(true);
    const secret = terminal.readSecret('Password: ');
    input.write('hunter2\r');
    expect(await secret).toBe('hunter2');
    expect(shown()).toEqual(['', 'Password: \n']);
  });

  test('terminal: Ctrl-C at a prompt cancels', async () => {
    const { terminal, input } = terminalOf(true);
    const secret = terminal.readSecret('Password: ');
    input.write('hun\u0003');
    await expect(secret).rejects.toThrow('cancelled');
  });

  test('terminal: a secret from a pipe is all of it without the last line break', async () => {
    const { terminal, input, shown } = terminalOf(false);
    input.end('a phrase \n');
    expect(await terminal.readSecret('Password: ')).toBe('a phrase ');
    expect(shown()).toEqual(['', '']);
  });

  test('terminal: a rewritten line is cleared by the next printed one, and not shown without a terminal', () => {
    const first = terminalOf(true);
    first.terminal.rewrite('50 %');
    first.terminal.print('done');
    expect(screenOf(first.shown()[0] ?? '')).toEqual(['done', '']);
    const second = terminalOf(false);
    second.terminal.rewrite('50 %');
    second.terminal.print('done');
    expect(second.shown()[0]).toBe('done\n');
  });

  test('property: a terminal shows every printed line, and below them the lines that were rewritten last', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'b', '█', ' '), maxLength: 12 });
    const step = fc.oneof(fc.record({ print: line }), fc.record({ rewrite: fc.array(line, { maxLength: 5 }) }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const { terminal, shown } = terminalOf(true);
        const printed: string[] = [];
        let rewritten: readonly string[] = [];
        for (const each of steps) {
          if ('print' in each) {
            terminal.print(each.print);
            printed.push(each.print);
            rewritten = [];
          } else {
            terminal.rewrite(...each.rewrite);
            rewritten = each.rewrite;
          }
        }
        expect(screenOf(shown()[0] ?? '')).toEqual([...printed, ...(rewritten.length > 0 ? rewritten : [''])]);
      }),
    );
  });

  test('terminal: shows fewer lines than the window has, whose top could not be reached again', () => {
    const { terminal, shown, output } = terminalOf(true);
    Object.assign(output, { rows: 3 });
    terminal.rewrite('1', '2', '3', '4');
    expect(screenOf(shown()[0] ?? '')).toEqual(['1', '2']);
  });
});

test('config: shows what is set, and no secret, also none in an address', async () => {
  const settings = {
    DATA_DIR: dataDir,
    JWT_SECRET_KEY: 'a secret for tokens of more than thirty-two bytes',
    DATABASE_URL: 'postgresql://ada:hunter2@x@127.0.0.1/pharos?password=hunter2',
    LOG_LEVEL: 'warning',
  };
  const { code, stdout, stderr } = await runCommand(['config'], settings);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('LOG_LEVEL=warning\n');
  expect(stdout).toContain('JWT_SECRET_KEY=set\n');
  expect(stdout).not.toMatch(/hunter2|thirty-two/);
  expect(JSON.parse((await runCommand(['config', '--json', '--all'], settings)).stdout)).toHaveProperty('PORT');
  const wrong = await runCommand(['config'], { ...settings, LOG_LEVEL: 'loud' });
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('LOG_LEVEL') });
});

test('docs/cli.md: is generated from the commands as they are', async () => {
  const { commandDocument } = await import('../../cli/command-document.ts');
  // After a change of a command: npm run docs.
  expect(await readFile('docs/cli.md', 'utf8')).toBe(await commandDocument());
});
