/**
 * The bundle that `wrangler deploy` would upload, made once per run. Bundling takes longer than most tests, and two bundlers
 * at once would empty the folder of assets under each other.
 */
import { execFile } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const DEADLINE_MS = 120_000;

/** The bundle's folder; `root` is where wrangler.toml is. */
export async function workersBundle(root: string): Promise<string> {
  // In the run's folder, which is removed with the run.
  const folder = join(process.env.PHAROS_TEST_NOTES ?? (await ownFolder()), 'workers-bundle');
  const failure = `${folder}.failed`;
  // Test files run in separate processes. The one that creates this folder makes the bundle.
  const mine = await mkdir(`${folder}.under-way`).then(
    () => true,
    () => false,
  );
  if (mine) await make(root, folder).catch((error: unknown) => writeFile(failure, String(error)));
  const deadline = Date.now() + DEADLINE_MS;
  while (!existsSync(folder)) {
    if (existsSync(failure)) throw new Error(`wrangler made no bundle: ${await readFile(failure, 'utf8')}`);
    if (Date.now() > deadline) throw new Error('wrangler made no bundle in time');
    await sleep(50);
  }
  return folder;
}

async function ownFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pharos-bundle-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function make(root: string, folder: string): Promise<void> {
  const output = `${folder}.new`;
  const wrangler = join(root, 'node_modules/.bin/wrangler');
  await promisify(execFile)(wrangler, ['deploy', '--dry-run', '--outdir', output], {
    cwd: root,
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
    timeout: DEADLINE_MS,
  });
  await rename(output, folder);
}
