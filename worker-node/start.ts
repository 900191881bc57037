/** Starts the worker: opens what its roles share, mounts the roles on one server, and stops them in order. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startHttpServer } from '../src/adapters/http-server.ts';
import { startInterval } from '../src/adapters/interval.ts';
import type { Config } from '../src/kernel/config/config.ts';
import { createFailureLog } from '../src/kernel/core/failure-log.ts';
import type { Log } from '../src/kernel/core/log.ts';
import { createWorkerApp } from './http/app.ts';
import { LEASE_MS } from './pipeline/job-handler.ts';
import { waitForSchema } from './pipeline/wait-for-schema.ts';
import type { Role } from './roles/role.ts';
import { createRoles } from './roles/roles.ts';
import { openWorkerContext } from './worker-context.ts';

/** Milliseconds that responses may take to go out once the jobs have ended. */
const RESPONSES_MS = 2_000;
/** Milliseconds until this worker learns of another worker's or a command's change of models. */
const MODELS_MS = 2_000;

export interface RunningWorker {
  readonly log: Log;
  /** Finishes or gives back the work in progress and closes everything. */
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly leaseMs?: number;
  /** Ends the wait for a database server that is down. */
  readonly signal?: AbortSignal;
}

/** Rejects with an Error whose message is meant for the person who started the worker; nothing is left running then. */
export async function startWorker(config: Config, { leaseMs = LEASE_MS, signal }: StartOptions = {}): Promise<RunningWorker> {
  const context = await openWorkerContext(config, { leaseMs, signal });
  const { log, version, models, database } = context;
  const { jobs, roles, absent } = createRoles(context);
  try {
    await waitForSchema({ database, sleep, signal });
    // A database that cannot be written now delays what needs it, and not the start.
    const failures = createFailureLog(log, 'following the models');
    const follow = () => models.refresh().then(failures.worked, failures.failed);
    await follow();
    const app = createWorkerApp({ ...context, roles, absent });
    const server = await startHttpServer(app, { port: config.worker.port, host: config.host, portSetting: 'WORKER_PORT' });
    const stopRoles = roles.map(startTasks);
    const following = startInterval(MODELS_MS, follow);
    const inUse = models.state().map(({ id }) => id);
    log.info('worker started', {
      version,
      port: config.worker.port,
      roles: config.worker.roles,
      models: inUse,
      database: database.place,
    });

    return {
      log,
      stop: async () => {
        const { running = 0, queued = 0 } = jobs?.handler.state() ?? {};
        log.info('worker stopping', { running, queued });
        context.beginStop();
        const closed = server.close();
        await Promise.all([...stopRoles.map((stop) => stop()), following.stop()]);
        const deadline = setTimeout(server.cut, RESPONSES_MS);
        await closed;
        clearTimeout(deadline);
        await context.close();
        log.info('worker stopped');
      },
    };
  } catch (error) {
    await Promise.all(roles.map((role) => role.stop()));
    await context.close();
    throw error;
  }
}

/** Starts the tasks of a role. Returns a function that stops them and then the role. */
function startTasks(role: Role): () => Promise<void> {
  const intervals = (role.tasks ?? []).map(({ everyMs, run }) => startInterval(everyMs, run));
  return async () => {
    await Promise.all(intervals.map((interval) => interval.stop()));
    await role.stop();
  };
}
