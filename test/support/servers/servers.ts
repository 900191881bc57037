/** Starts API and worker as processes on free ports, with a temporary data folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { noteOutput } from '../kits/secrets.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const NODE = join(ROOT, 'node_modules/.bin/node');

export interface Started {
  readonly child: ChildProcess;
  /** Everything printed so far, both streams. */
  output(): string;
  /** Resolves to the exit code (128 + n for signal n would be the shell's; here null becomes -1). */
  exited(): Promise<number>;
}

/** Without the settings of this machine's shell, which must not reach the server under test. */
const cleanEnvironment = () =>
  Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR', 'LANG', 'NODE_COMPILE_CACHE'].flatMap((name) =>
      process.env[name] ? [[name, process.env[name]]] : [],
    ),
  );

/** Runs `file` from the repository as the scripts of package.json do, with only `env` set. */
export function run(file: string, env: Readonly<Record<string, string>>): Started {
  const child = spawn(NODE, [file], {
    cwd: ROOT,
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const exit = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : -1));
  return { child, output: () => text, exited: () => exit };
}

export interface Pharos {
  readonly url: string;
  readonly workerUrl: string;
  readonly dataDir: string;
  readonly api: ChildProcess;
  /** The exit code of the API. */
  stop(signal?: NodeJS.Signals): Promise<number>;
  /** stdout and stderr of both processes. */
  logs(): string;
}

/** Resolves when both processes respond and `/monitoring/health` reports healthy. */
export async function startPharos(env: Readonly<Record<string, string>> = {}): Promise<Pharos> {
  const dataDir = env.DATA_DIR ?? (await mkdtemp(join(tmpdir(), 'pharos-e2e-')));
  const started = run('bin/api.js', { PORT: '0', WORKER_PORT: '0', DATA_DIR: dataDir, ...env });

  async function stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number> {
    if (started.child.exitCode === null && started.child.signalCode === null) started.child.kill(signal);
    const code = await started.exited();
    noteOutput(started.output());
    if (env.DATA_DIR === undefined) await rm(dataDir, { recursive: true, force: true });
    return code;
  }

  try {
    const { url, workerUrl } = await addresses(started);
    await healthy(started, url);
    return { url, workerUrl, dataDir, api: started.child, stop, logs: started.output };
  } catch (error) {
    await stop('SIGKILL');
    throw error;
  }
}

async function addresses(started: Started) {
  return until(started, async () => {
    const url = /Page\s+(http\S+?)\/?\s/.exec(started.output())?.[1];
    const workerUrl = /Worker\s+(http\S+)\s/.exec(started.output())?.[1];
    return url !== undefined && workerUrl !== undefined ? { url, workerUrl } : undefined;
  });
}

async function healthy(started: Started, url: string) {
  return until(started, async () => {
    const answer = await fetch(`${url}/monitoring/health`).catch(() => undefined);
    const body = (await answer?.json()) as { status?: string } | undefined;
    return body?.status === 'healthy' ? body : undefined;
  });
}

/** Polls until `attempt` finds something; throws with the output when the process ends or a minute has passed. */
async function until<T>(started: Started, attempt: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const found = await attempt();
    if (found !== undefined) return found;
    if (started.child.exitCode !== null || Date.now() > deadline) throw new Error(`Pharos did not start:\n${started.output()}`);
    await sleep(50);
  }
}
