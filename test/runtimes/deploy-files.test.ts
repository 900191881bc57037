/** Checks the Dockerfiles, systemd units and the Caddyfile in deploy/ without Docker, systemd and Caddy. */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadEnvironment } from '../../src/adapters/environment.ts';
import { parseConfig } from '../../src/kernel/config/config.ts';
import { SETTINGS } from '../../src/kernel/config/settings.ts';

const read = (file: string) => readFileSync(file, 'utf8');
/** The lines of a file that match `name`, without the match; a backslash at the end of a line joins it with the next. */
const linesOf = (file: string, name: RegExp) =>
  read(file)
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .flatMap((line) => (name.test(line) ? [line.replace(name, '').trim()] : []));
const isSetting = (name: string) => Object.hasOwn(SETTINGS, name);

describe.each([
  [
    'deploy/api.Dockerfile',
    ['bin', 'build', 'src', 'worker-node', 'cli', 'clients', 'console', 'migrations', 'models'],
    'bin/api.js',
  ],
  ['deploy/worker.Dockerfile', ['bin', 'build', 'src', 'worker-node', 'cli', 'clients', 'models'], 'bin/worker.js'],
])('%s', (file, folders, main) => {
  test('Dockerfile: copies existing paths that .dockerignore allows, and everything the program needs', () => {
    const copied = linesOf(file, /^COPY (?!--from)/).flatMap((line) => line.split(' ').slice(0, -1));
    expect(copied).toEqual(expect.arrayContaining(['package.json', 'package-lock.json', '.npmrc', 'tsconfig.json', ...folders]));
    const allowed = linesOf('.dockerignore', /^!/);
    for (const path of copied) {
      expect(existsSync(path), path).toBe(true);
      expect(allowed).toContain(path);
    }
  });

  test('Dockerfile: runs node directly with the command of package.json, so that signals reach it', () => {
    const command: string[] = JSON.parse(linesOf(file, /^CMD /)[0] ?? '');
    expect(command.at(-1)).toBe(main);
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    expect(Object.values(scripts)).toContain(`exec ${command.join(' ')}`);
  });

  test('Dockerfile: drops development dependencies, runs as pharos, and checks its health with node alone', () => {
    expect(linesOf(file, /^RUN /).join('\n')).toMatch(/ONNXRUNTIME_NODE_INSTALL=skip npm ci && npm prune --omit=dev/);
    expect(linesOf(file, /^USER /)).toEqual(['pharos']);
    const [health = ''] = linesOf(file, /^HEALTHCHECK .*CMD /);
    expect(JSON.parse(health).slice(0, 2)).toEqual(['node', '-e']);
  });

  test('Dockerfile: ENV sets known settings only', () => {
    for (const pair of linesOf(file, /^ENV /).flatMap((line) => line.split(' '))) {
      const [name = ''] = pair.split('=');
      expect(name === 'PATH' || isSetting(name), name).toBe(true);
    }
  });
});

test('.dockerignore: excludes everything but the listed paths, so no secret or data gets into an image', () => {
  const [first, ...allowed] = linesOf('.dockerignore', /^(?!#)/).filter((line) => line !== '');
  expect(first).toBe('*');
  for (const path of ['.env', 'secrets', 'data', 'node_modules', '.git', 'test']) expect(allowed).not.toContain(`!${path}`);
});

describe.each([
  ['deploy/pharos.service', 'bin/api.js', 40],
  ['deploy/pharos-worker.service', 'bin/worker.js', 20],
])('%s', (file, main, grace) => {
  const only = (name: string) => {
    const values = linesOf(file, new RegExp(`^${name}=`));
    expect(values, name).toHaveLength(1);
    return values[0] ?? '';
  };

  test('systemd unit: runs node directly as the user pharos in the folder of the installation', () => {
    const [program = '', ...args] = only('ExecStart').split(' ');
    expect(program).toBe(`${only('WorkingDirectory')}/node_modules/.bin/node`);
    expect(args.at(-1)).toBe(main);
    for (const path of args.filter((arg) => arg.endsWith('.js'))) expect(existsSync(path)).toBe(true);
    expect(only('User')).toBe('pharos');
  });

  test('systemd unit: waits longer than a shutdown takes, signals the main process only, restarts on failure', () => {
    expect(Number(only('TimeoutStopSec'))).toBeGreaterThan(grace);
    expect(only('KillMode')).toBe('mixed');
    expect(only('Restart')).toBe('on-failure');
  });

  test('systemd unit: may write to its data folder only', () => {
    expect(only('ProtectSystem')).toBe('strict');
    expect(only('NoNewPrivileges')).toBe('yes');
    expect(only('Environment')).toContain(`DATA_DIR=/var/lib/${only('StateDirectory')}`);
    expect(linesOf(file, /^ReadWritePaths=/)).toEqual([]);
    for (const pair of only('Environment').split(' ')) expect(isSetting(pair.split('=')[0] ?? '')).toBe(true);
  });
});

test('Caddyfile: forwards events at once and neither compresses nor trusts further proxies', () => {
  const caddyfile = read('deploy/Caddyfile');
  expect(caddyfile).toMatch(/^\{\$PHAROS_SITE\} \{$/m);
  expect(caddyfile).toContain('flush_interval -1');
  expect(caddyfile).not.toMatch(/trusted_proxies|^\s*encode/m);
});

describe('docs/deploy.md', () => {
  const page = read('docs/deploy.md');
  const code = [...page.matchAll(/```\w*\n([\s\S]*?)```/g)].map(([, block = '']) => block).join('\n');

  test('docs/deploy.md: every named file exists', () => {
    const paths = [...page.matchAll(/(?:^|[\s`(])((?:deploy|docs|test)\/[\w./-]*\w|docker-compose\.\w+\.yml)/gm)].map(
      ([, path = '']) => path,
    );
    expect(paths.length).toBeGreaterThan(5);
    for (const path of paths) expect(existsSync(path) || globSync(path).length > 0, path).toBe(true);
    for (const [, path = ''] of page.matchAll(/\]\((?!http)([^)#]+)/g)) expect(existsSync(`docs/${path}`), path).toBe(true);
  });

  test('docs/deploy.md: sets known settings only', () => {
    const OTHERS = ['PHAROS_SITE', 'PHAROS_UPSTREAM', 'PHAROS_VERSION'];
    for (const [, name = ''] of code.matchAll(/^([A-Z][A-Z0-9_]+)=/gm)) {
      expect(isSetting(name) || isSetting(name.replace(/_FILE$/, '')) || OTHERS.includes(name), name).toBe(true);
    }
  });

  test('docs/deploy.md: its commands create the secrets of docker-compose.prod.yml, and Pharos accepts them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pharos-deploy-page-'));
    const [, commands = ''] = /<!-- test: compose-secrets -->\n```sh\n([\s\S]*?)```/.exec(page) ?? [];
    execFileSync('sh', ['-euc', commands], { cwd: folder });
    const compose = parse(read('docker-compose.prod.yml'), { merge: true });
    const files = Object.values<{ file: string }>(compose.secrets).map(({ file }) => join(folder, file));
    const made = globSync(join(folder, 'secrets', '*'));
    expect(made.sort()).toEqual(files.sort());
    for (const file of made) expect((await stat(file)).mode & 0o777).toBe(0o444);
    expect((await stat(join(folder, 'secrets'))).mode & 0o777).toBe(0o700);
    const settings = Object.entries<string>(compose.services.api.environment)
      .filter(([, value]) => !value.startsWith('${'))
      .map(([key, value]) => [key, value.replace('/run/secrets', join(folder, 'secrets'))]);
    const config = parseConfig(loadEnvironment(Object.fromEntries(settings), join(folder, '.env')));
    expect(config).toMatchObject({
      publicUrl: 'https://pharos.example.org',
      kv: { kind: 'redis' },
      database: { kind: 'postgres' },
    });
    await rm(folder, { recursive: true });
  });
});
