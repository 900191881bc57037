/** A Pharos of several processes that are killed and started again: `npm start` with its worker, and a second worker. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../src/adapters/listen.ts';
import { childrenOf } from '../servers/processes.ts';
import { run, type Started } from '../servers/servers.ts';
import { noteOutput } from './secrets.ts';

export const VICTIMS = ['API', 'worker', 'second worker', 'inference'] as const;
export type Victim = (typeof VICTIMS)[number];

export interface Installation {
  readonly url: string;
  readonly workerUrl: string;
  readonly dataDir: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Replaces settings of processes that are started from now on. */
  configure(settings: Readonly<Record<string, string>>): void;
  /** Kills a process by SIGKILL; what runs beneath a supervisor is started again. `choose` picks one of several processes. */
  kill(victim: Victim, choose: (count: number) => number): Promise<void>;
  /** Resolves when every process responds and is healthy. */
  recovered(): Promise<void>;
  /** What all processes have printed, those that were killed included. */
  logs(): string;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';

/** `settings`: at least DATABASE_URL. Nothing is started twice: each process has its port for good. */
export async function startInstallation(given: Readonly<Record<string, string>>): Promise<Installation> {
  const dataDir = await mkdtemp(join(tmpdir(), 'pharos-installation-'));
  const [port, workerPort, secondPort] = [await freePort(HOST), await freePort(HOST), await freePort(HOST)];
  const [url, workerUrl, secondUrl] = [port, workerPort, secondPort].map((one) => `http://${HOST}:${one}`) as [
    string,
    string,
    string,
  ];
  let settings: Record<string, string> = {
    HOST,
    PORT: String(port),
    DATA_DIR: dataDir,
    RATE_LIMIT_FREE_TIER: '1000000',
    ...given,
  };
  const past: Started[] = [];
  let [api, second] = [startApi(), startSecond()];

  function startApi(): Started {
    return note(run('bin/api.js', { ...settings, WORKER_PORT: String(workerPort) }));
  }
  function startSecond(): Started {
    return note(run('bin/worker.js', { ...settings, WORKER_PORT: String(secondPort) }));
  }
  function note(started: Started): Started {
    past.push(started);
    return started;
  }

  const workerPids = () => childrenOf(api.child.pid, 'dist/worker.js');
  async function inferencePids(): Promise<number[]> {
    const workers = [...(await workerPids()), second.child.pid];
    return (await Promise.all(workers.map((worker) => childrenOf(worker, 'dist/inference.js')))).flat();
  }

  /** The processes beneath it may live on for a while, and print. */
  async function killed({ child }: Started): Promise<void> {
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  async function kill(victim: Victim, choose: (count: number) => number): Promise<void> {
    if (victim === 'API') {
      await killed(api);
      api = startApi();
    } else if (victim === 'second worker') {
      await killed(second);
      second = startSecond();
    } else {
      const pids = victim === 'worker' ? await workerPids() : await inferencePids();
      const pid = pids[choose(pids.length)];
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
    }
  }

  async function recovered(): Promise<void> {
    const deadline = Date.now() + 90_000;
    const isHealthy = async (address: string, status: string) => {
      const response = await fetch(address).catch(() => undefined);
      const body = (await response?.json().catch(() => undefined)) as { status?: string } | undefined;
      return body?.status === status;
    };
    const all = async () =>
      (await isHealthy(`${url}/monitoring/health`, 'healthy')) &&
      (await isHealthy(`${workerUrl}/health`, 'ok')) &&
      (await isHealthy(`${secondUrl}/health`, 'ok'));
    while (!(await all())) {
      if (Date.now() > deadline) throw new Error(`not healthy after 90 s:\n${logs().slice(-20_000)}`);
      await sleep(50);
    }
  }

  const logs = () => past.map((started) => started.output()).join('\n');

  async function stop(): Promise<void> {
    for (const { child } of [api, second]) child.kill('SIGTERM');
    await Promise.all([api.exited(), second.exited()]);
    noteOutput(logs());
    await rm(dataDir, { recursive: true, force: true });
  }

  return {
    url,
    workerUrl,
    dataDir,
    get settings() {
      return settings;
    },
    configure: (more) => {
      settings = { ...settings, ...more };
    },
    kill,
    recovered,
    logs,
    stop,
  };
}
