import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { freePort } from '../../src/adapters/listen.ts';

const execute = (program: string, args: string[], cwd: string) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(program, args, { cwd, env: { PATH: process.env.PATH } }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });

const answers = (port: number) =>
  fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );

describe('npm start', () => {
  test('npm start: SIGTERM to npm stops API and worker, frees both ports and exits with 0', async () => {
    const [port, workerPort] = [await freePort('127.0.0.1'), await freePort('127.0.0.1')];
    const dataDir = await mkdtemp(join(tmpdir(), 'pharos-npm-'));
    const npm = spawn('npm', ['start'], {
      env: { PATH: process.env.PATH, DATA_DIR: dataDir, PORT: String(port), WORKER_PORT: String(workerPort), HOST: '127.0.0.1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    try {
      let output = '';
      for (const stream of [npm.stdout, npm.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
      await vi.waitFor(async () => expect(await Promise.all([answers(port), answers(workerPort)])).toEqual([true, true]), {
        timeout: 60_000,
        interval: 50,
      });
      const exit = once(npm, 'exit');
      npm.kill('SIGTERM');
      expect(await exit).toEqual([0, null]);
      expect(await Promise.all([answers(port), answers(workerPort)])).toEqual([false, false]);
      expect(output).not.toMatch(/\bWARN|\bERROR|^\s+at /m);
    } finally {
      npm.kill('SIGKILL');
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  test.each([
    'start',
    'worker',
    'pharos',
    'dev',
  ])('package.json: the script "%s" replaces the shell, so signals reach node', async (name) => {
    const { default: manifest } = await import('../../package.json', { with: { type: 'json' } });
    expect((manifest.scripts as Record<string, string>)[name]).toMatch(/^exec node /);
  });
});

/** A package of its own with the launcher, one source and a bundle that prints a line. */
async function packageWith(files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'pharos-bundle-'));
  await cp('bin', join(folder, 'bin'), { recursive: true });
  const all = { 'package.json': '{"type":"module"}', 'dist/api.js': 'console.log("the bundle ran");', ...files };
  for (const [path, content] of Object.entries(all)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  const digest = async () => {
    const script = `import { digestOf } from './bin/bundle.js'; process.stdout.write(digestOf(['src/a.ts']))`;
    return (await execute(process.execPath, ['--input-type=module', '--eval', script], folder)).stdout;
  };
  const writeManifest = async () =>
    writeFile(join(folder, 'dist/sources.json'), JSON.stringify({ files: ['src/a.ts'], digest: await digest() }));
  return { folder, writeManifest, start: (...flags: string[]) => execute(process.execPath, [...flags, 'bin/api.js'], folder) };
}

describe('bin/run.js', () => {
  const SOURCES = { 'src/a.ts': 'export const a = 1;', 'build/bundle.ts': '' };

  test('bundle: it runs while its sources are unchanged', async () => {
    const { writeManifest, start } = await packageWith(SOURCES);
    await writeManifest();
    expect(await start()).toMatchObject({ code: 0, stdout: 'the bundle ran\n' });
  });

  test('bundle: a changed source is refused where the bundler is not installed', async () => {
    const { folder, writeManifest, start } = await packageWith(SOURCES);
    await writeManifest();
    await writeFile(join(folder, 'src/a.ts'), 'export const a = 2;');
    expect(await start()).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^dist\/ is older than the sources/),
    });
  });

  test('bundle: a changed source is built first where the bundler is installed', async () => {
    const build = `import { writeFileSync } from 'node:fs'; writeFileSync('dist/api.js', 'console.log("the new bundle ran")');`;
    const { folder, writeManifest, start } = await packageWith({ ...SOURCES, 'build/bundle.ts': build });
    await writeManifest();
    await mkdir(join(folder, 'node_modules/rolldown'), { recursive: true });
    await writeFile(join(folder, 'src/a.ts'), 'export const a = 2;');
    expect(await start()).toMatchObject({ code: 0, stdout: 'the new bundle ran\n' });
  });

  test('bundle: a deleted source makes it stale', async () => {
    const { folder, writeManifest, start } = await packageWith(SOURCES);
    await writeManifest();
    await rm(join(folder, 'src/a.ts'));
    expect(await start()).toMatchObject({ code: 1, stderr: expect.stringContaining('older than the sources') });
  });

  test('bundle: without a manifest it counts as missing', async () => {
    const { start } = await packageWith(SOURCES);
    expect(await start()).toMatchObject({ code: 1, stderr: expect.stringMatching(/^dist\/ is missing/) });
  });

  test('bundle: an older Node is refused, and the error names the commands that have the right one', async () => {
    const { writeManifest, start } = await packageWith(SOURCES);
    await writeManifest();
    const older = `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '22.1.0' })`;
    expect(await start('--import', older)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/22\.1\.0.*npm start/),
    });
  });

  test('bundle: the packed tarball has no sources, so nothing is compared', async () => {
    const { start } = await packageWith({ 'dist/sources.json': '{"files":["src/a.ts"],"digest":""}' });
    expect(await start()).toMatchObject({ code: 0, stdout: 'the bundle ran\n' });
  });
});

test('bundle: its source maps name files that exist', async () => {
  const maps = (await readdir('dist')).filter((name) => name.endsWith('.js.map'));
  const sources = await Promise.all(
    maps.map(async (name) => (JSON.parse(await readFile(join('dist', name), 'utf8')) as { sources: string[] }).sources),
  );
  const own = sources.flat().filter((source) => source.endsWith('.ts') && !source.includes('node_modules'));
  expect(own).toContain('../src/runtimes/node/start.ts');
  expect(own.filter((source) => !existsSync(join('dist', source)))).toEqual([]);
});

test('npm pack: the tarball holds what the bundle needs at run time, and no sources', async () => {
  const { stdout } = await execute('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], process.cwd());
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  const paths = files.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining([
      ...['api', 'worker', 'inference', 'reader', 'read-thread', 'search-thread', 'sqlite-thread', 'pharos'].map(
        (name) => `dist/${name}.js`,
      ),
      'bin/pharos.js',
      'console/dist/index.html',
      'console/pages/style.css',
      'migrations/sqlite/meta/_journal.json',
      'migrations/postgres/meta/_journal.json',
      'models/all-MiniLM-L6-v2/onnx/model.onnx',
      'models/all-MiniLM-L6-v2/LICENSE',
      'models/all-MiniLM-L6-v2/pharos.json',
      'models/pharos-static-192/model.onnx',
    ]),
  );
  expect(paths.filter((path) => /^(?:src|worker-node|cli|test|build)\//.test(path) || path.endsWith('_snapshot.json'))).toEqual(
    [],
  );
});
