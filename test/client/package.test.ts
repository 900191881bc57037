/** What users install: the built client by the examples of its README, and the packed command line. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '../support/kits/client.ts';
import { runCommand } from '../support/kits/command-line.ts';
import { type Pharos, startPharos } from '../support/servers/servers.ts';

const execute = promisify(execFile);
const ROOT = process.cwd();

let pharos: Pharos;
let folder: string;
let login: { username: string; password: string };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pharos-package-'));
  pharos = await startPharos({ RATE_LIMIT_FREE_TIER: '100000' });
  login = await createClient(pharos.url).login(`user-${randomUUID().slice(0, 8)}`);
});
afterAll(async () => {
  await pharos?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('@pharos/client', () => {
  let blocks: string[];
  beforeAll(async () => {
    const installed = join(folder, 'app/node_modules/@pharos/client');
    await mkdir(installed, { recursive: true });
    await execute(join(ROOT, 'node_modules/.bin/tsc'), [
      ...['-p', 'clients/typescript/tsconfig.build.json'],
      ...['--outDir', join(installed, 'dist')],
    ]);
    await cp('clients/typescript/package.json', join(installed, 'package.json'));
    await symlink(join(ROOT, 'node_modules/openapi-fetch'), join(folder, 'app/node_modules/openapi-fetch'));
    const readme = await readFile('clients/typescript/README.md', 'utf8');
    blocks = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, code = '']) => code);
  });

  test.each([
    ['sends and finds a document', 0, /^completed Glaciers$/m],
    ['watches progress', 1, /^sent (\d+) of \1 bytes\n(.*\n)*100 % completed$/m],
    ['lists and pages', 2, /^0 callbacks$/m],
    ['reads an error', 3, /^422 invalid_input \[ \{ path: 'content'/m],
  ])('README: the example that %s runs as it stands', async (_, index, expected) => {
    const file = join(folder, 'app', `example-${index}.mjs`);
    await writeFile(file, blocks[index] ?? '');
    const { PATH } = process.env;
    const env = { PATH, PHAROS_URL: pharos.url, PHAROS_USERNAME: login.username, PHAROS_PASSWORD: login.password };
    const { stdout, stderr } = await execute(process.execPath, [file], { env, cwd: join(folder, 'app') });
    expect(stderr).toBe('');
    expect(stdout).toMatch(expected);
  });

  test('README: no example is left out', () => expect(blocks).toHaveLength(4));

  test('package: runs without Node: the built modules import nothing but each other and openapi-fetch', async () => {
    const { stdout } = await execute('grep', ['-rhoE', "from '[^']+'", join(folder, 'app/node_modules/@pharos/client/dist')]);
    const imported = new Set(stdout.split('\n').flatMap((line) => /from '([^.'][^']*)'/.exec(line)?.[1] ?? []));
    expect([...imported].sort()).toEqual(['openapi-fetch', 'openapi-typescript-helpers']);
  });
});

describe('pharos, packed', () => {
  test('npx pharos: the packed tarball logs in, ingests, searches, shows, tags and deletes', async () => {
    const packed = await execute('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT });
    const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
    const app = join(folder, 'installed');
    await mkdir(app, { recursive: true });
    await execute('tar', ['-xzf', join(folder, filename), '-C', app]);
    const manifest = JSON.parse(await readFile(join(app, 'package/package.json'), 'utf8'));
    // The registry cannot be reached in a test: without its dependencies the package is installed by npm, and then those that
    // are not in the bundle are linked.
    const { dependencies: _fetched, ...alone } = manifest;
    await writeFile(join(app, 'package/package.json'), JSON.stringify(alone));
    await execute('tar', ['-czf', 'alone.tgz', 'package'], { cwd: app });
    await rm(join(app, 'package'), { recursive: true });
    await writeFile(join(app, 'package.json'), '{"private":true}');
    await execute('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', './alone.tgz'], { cwd: app });
    for (const name of ['@libsql', 'libsql', 'onnxruntime-node', 'pdfjs-dist', 'fasttext.wasm.js']) {
      await symlink(join(ROOT, 'node_modules', name), join(app, 'node_modules', name));
    }
    const { stdout: version } = await execute('npx', ['--no-install', 'pharos', '--version'], { cwd: app });
    expect(version).toBe(`${manifest.version}\n`);
    const home = join(folder, 'home');
    const env = { PATH: process.env.PATH, HOME: home, XDG_CONFIG_HOME: home, PHAROS_URL: pharos.url };
    const run = async (args: string[], input = '') => {
      const running = execute(join(app, 'node_modules/.bin/pharos'), [...args], { env, cwd: folder });
      running.child.stdin?.end(input);
      return (await running).stdout;
    };
    await mkdir(join(folder, 'notes'));
    await writeFile(join(folder, 'notes/ice.md'), `# Ice\n\n${'A glacier is a slow river of ice in the mountains. '.repeat(4)}`);
    expect(await run(['--version'])).toBe(`${manifest.version}\n`);
    expect(await run(['login', login.username], login.password)).toContain(`logged in to ${pharos.url}`);
    const ingested = await run(['ingest', 'notes', '--tags', 'cold']);
    expect(ingested).toMatch(/^completed +\S+ +notes\/ice\.md\n1 completed\n$/);
    const id = /^completed +(\S+)/.exec(ingested)?.[1] ?? '';
    expect(await run(['search', 'frozen', 'water', 'that', 'flows', '--tag', 'cold'])).toMatch(
      / 1 Ice\n +\S+ {2}Ice\n +.*slow river of ice/,
    );
    expect(await run(['show', id])).toMatch(/^Ice\n(.*\n)*status +completed\n/);
    expect(await run(['show', id, '--text'])).toContain('A glacier is a slow river of ice');
    expect(await run(['status', id, '--follow'])).toMatch(/^completed +100 % /);
    expect(await run(['tag', id, 'seen'])).toBe('tags: cold, seen\n');
    expect(await run(['rm', id, '--yes'])).toBe(`deleted ${id}\n`);
    expect(await run(['search', 'glacier', '--json'])).toContain('"hits": ');
    expect(await run(['logout'])).toBe(`logged out of ${pharos.url}\n`);
  });
});

describe('pharos completion', () => {
  const script = async (shell: string) => (await runCommand(['completion', shell], {})).stdout;
  const complete = async (words: string[]) => {
    const file = join(folder, 'completion.bash');
    await writeFile(file, await script('bash'));
    const line = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pharos; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await execute('bash', ['-c', line, file, 'pharos', ...words]);
    return stdout.split('\n').filter(Boolean);
  };

  test('completion bash: completes commands, their second words and their options', async () => {
    expect(await complete(['in'])).toEqual(['ingest']);
    expect(await complete(['users', ''])).toEqual(expect.arrayContaining(['create', 'tier', 'deactivate']));
    expect(await complete(['users', 'cr'])).toEqual(['create']);
    expect(await complete(['ingest', '--t'])).toEqual(['--tags', '--title']);
    expect(await complete(['keys', 'create', '--ex'])).toEqual(['--expires']);
    expect(await complete(['ingest', 'some-file'])).toEqual([]);
  });

  test.each(['bash', 'zsh', 'fish'])('completion %s: names every command and its options', async (shell) => {
    const { COMMANDS } = await import('../../cli/commands.ts');
    const text = await script(shell);
    for (const [name, { load }] of Object.entries(COMMANDS)) {
      for (const word of name.split(' ')) expect(text).toContain(word);
      for (const option of Object.keys((await load()).options ?? {})) expect(text).toContain(option);
    }
  });

  test('completion zsh: leaves the words of the line to the shell', async () => {
    const text = await script('zsh');
    expect(text).toMatch(/first="\$\{words\[2\]\}"/);
    expect(text).not.toMatch(/^\s*(?:local .*\b)?words\b(?:=.*)?$/m);
  });

  test('completion: an unknown shell is told', async () => {
    expect(await runCommand(['completion', 'tcsh'], {})).toMatchObject({
      code: 2,
      stderr: 'shell: expected one of bash, zsh, fish, not "tcsh"\n',
    });
  });
});
