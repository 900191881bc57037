/** Runs the commands of docs/operations.md, as written there, on real databases. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { article } from '../support/fakes/article-server.ts';
import { createClient } from '../support/kits/client.ts';
import { openTestPostgres } from '../support/kits/database.ts';
import { postgresBinaries, startPostgres } from '../support/servers/postgres.ts';
import { startPharos } from '../support/servers/servers.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pharos-backup-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The page's code block after the comment `<!-- test: name -->`. */
async function commandsOf(name: string): Promise<string> {
  const page = await readFile('docs/operations.md', 'utf8');
  const found = new RegExp(`<!-- test: ${name} -->\\n\`\`\`sh\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1];
  if (found === undefined) throw new Error(`docs/operations.md has no commands ${name}`);
  return found;
}
const shell = (commands: string, env: Record<string, string>) =>
  execFileSync('bash', ['-euo', 'pipefail', '-c', commands], {
    env: { PATH: `${postgresBinaries()}:${process.env.PATH}`, HOME: folder, BACKUPS: folder, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });

async function fill(env: Record<string, string>) {
  const pharos = await startPharos({ DATA_DIR: join(folder, 'data'), ...env });
  const ada = createClient(pharos.url);
  const credentials = await ada.login();
  await ada.finished(await ada.post({ content: await article('glacier.html'), content_type: 'text/html' }));
  return { pharos, ada, credentials };
}

test('backup on SQLite: a copy made while Pharos runs is restored elsewhere and can be searched', async () => {
  const { pharos } = await fill({});
  const env = { DATA_DIR: join(folder, 'data') };
  shell(await commandsOf('sqlite-backup'), env);
  await pharos.stop();
  shell(await commandsOf('sqlite-restore'), { ...env, DATA_DIR: join(folder, 'restored') });
  const restored = await startPharos({ DATA_DIR: join(folder, 'restored') });
  const eve = createClient(restored.url);
  await eve.login();
  expect((await eve.search('ice')).status).toBe(200);
  await restored.stop();
  const counted = shell(await commandsOf('sqlite-verify'), { DATA_DIR: join(folder, 'restored') });
  expect(counted).toMatch(/^resources +1 rows/m);
});

test('backup on PostgreSQL: a dump is restored into a new server with the same rows', async () => {
  const source = await openTestPostgres();
  const { pharos } = await fill({ DATABASE_URL: source.url, DATA_DIR: join(folder, 'pg') });
  shell(await commandsOf('postgres-backup'), { DATABASE_URL: source.url });
  await pharos.stop();
  const fresh = await startPostgres();
  shell(await commandsOf('postgres-restore'), { RESTORE_URL: fresh.url });
  const counted = shell(await commandsOf('postgres-verify'), { RESTORE_URL: fresh.url });
  expect(counted).toMatch(/resources\s*\|\s*1/);
  const again = await startPharos({ DATABASE_URL: fresh.url, DATA_DIR: join(folder, 'pg-restored') });
  const eve = createClient(again.url);
  await eve.login();
  expect((await eve.search('ice')).status).toBe(200);
  await again.stop();
  await fresh.close();
  await source.close();
});
