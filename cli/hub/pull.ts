/** Downloads a model into a folder, which appears only when it is complete and checked. */
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Precision } from '../../src/adapters/model-folder.ts';
import { chooseFiles } from './choose-files.ts';
import { download, isIntact } from './download.ts';
import type { Hub, HubFile } from './hub.ts';
import { KNOWN_MODELS } from './known-models.ts';

export interface PullOptions {
  readonly hub: Hub;
  readonly id: string;
  readonly revision: string;
  readonly precision: Precision;
  /** Folder of all models; a model is below it under its id. */
  readonly models: string;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Called when a file begins, continues and, once, when it is complete and checked, with the bytes received so far. */
  readonly progress: (file: HubFile, bytes: number) => void;
}

export interface Pulled {
  readonly path: string;
  readonly commit: string;
  /** Bytes downloaded; 0 if the model was complete already. */
  readonly fetched: number;
}

/** What the layout of sentence-transformers cannot say about a model. */
const MANIFEST = 'pharos.json';
/** Records the commit of a model folder. */
const ORIGIN = '.pharos-origin.json';

/** Rejects if a file cannot be downloaded; the next attempt continues with the files received so far. */
export async function pull({ hub, id, revision, precision, models, sleep, progress }: PullOptions): Promise<Pulled> {
  const snapshot = await hub.snapshot(id, revision);
  const files = chooseFiles(snapshot, precision);
  const path = join(models, id);
  const staging = join(models, '.pulling', id.replace('/', '--'), snapshot.commit);
  const missing: HubFile[] = [];
  for (const file of files) if (!(await isIntact(join(path, file.path), file))) missing.push(file);
  if (missing.length === 0 && (await originOf(path)) === snapshot.commit) {
    await describe(path, id, path);
    return { path, commit: snapshot.commit, fetched: 0 };
  }

  await mkdir(staging, { recursive: true });
  let fetched = 0;
  for (const file of files) {
    const target = join(staging, file.path);
    if (await isIntact(target, file)) continue;
    if (!missing.includes(file)) await cp(join(path, file.path), target, { recursive: true });
    else {
      const part = (bytes: number) => bytes < file.size && progress(file, bytes);
      part(0);
      await download({ hub, snapshot, file, target, sleep, progress: part });
      progress(file, file.size);
      fetched += file.size;
    }
  }
  await keepOthers(path, staging, snapshot.commit);
  await writeFile(join(staging, ORIGIN), JSON.stringify({ id, commit: snapshot.commit }));
  await describe(staging, id, path);
  await replace(path, staging);
  await rm(dirname(staging), { recursive: true, force: true });
  return { path, commit: snapshot.commit, fetched };
}

async function originOf(path: string): Promise<unknown> {
  try {
    return (JSON.parse(await readFile(join(path, ORIGIN), 'utf8')) as { commit?: unknown }).commit;
  } catch {
    return undefined;
  }
}

/** Keeps the `pharos.json` of the folder before; a folder without one gets what is known about the model. */
async function describe(folder: string, id: string, before: string): Promise<void> {
  const [file, old] = [join(folder, MANIFEST), join(before, MANIFEST)];
  if (existsSync(file)) return;
  if (existsSync(old)) return await cp(old, file);
  const facts = KNOWN_MODELS[id];
  if (facts) await writeFile(file, `${JSON.stringify(facts)}\n`);
}

/** Keeps another precision of the same commit that was pulled before. */
async function keepOthers(path: string, staging: string, commit: string): Promise<void> {
  if ((await originOf(path)) === commit) await cp(path, staging, { recursive: true, force: false, errorOnExist: false });
}

async function replace(path: string, by: string): Promise<void> {
  const old = `${path}.old`;
  await mkdir(dirname(path), { recursive: true });
  await rm(old, { recursive: true, force: true });
  await rename(path, old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(by, path);
  await rm(old, { recursive: true, force: true });
}
