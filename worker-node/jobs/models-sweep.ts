/**
 * Brings a requested switch of models about: starts the jobs that are missing for it, then switches. Starts them for the active
 * model, too, where a document was finished by a worker that did not know of it yet. Every worker runs it.
 */
import type { Log } from '../../src/kernel/core/log.ts';
import type { Clock, Ids } from '../../src/kernel/core/ports.ts';
import { findActiveModel, findRequestedModel } from '../../src/kernel/db/embedding-models.ts';
import { unfinishedInstallationJobs } from '../../src/kernel/db/jobs.ts';
import { lockModels } from '../../src/kernel/db/settings.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import { enqueueJob } from '../../src/kernel/jobs/outbox.ts';
import { INSTALLATION } from '../../src/kernel/model/job-kinds.ts';
import { purgeRetired } from '../../src/services/models/purge-retired.ts';
import { type Missing, missingFor, switchWhenComplete } from '../../src/services/models/switch-when-complete.ts';
import { EMBED } from './embed.ts';
import { RELATE } from './relate.ts';

export interface ModelsSweepDependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Publishes a job in the background. */
  readonly publishSoon: (jobId: string) => void;
  /** Fires when the worker begins to stop. */
  readonly stopping: AbortSignal;
}

export interface ModelsSweep {
  /** Does the next step of a requested switch. One query where no switch was requested. */
  advance(): Promise<void>;
  /** Starts the job that makes what the active model lacks. It reads the list of all documents. */
  repair(): Promise<void>;
  /** Deletes what models wrote that were retired over a day ago. One query where there is none. */
  purge(): Promise<void>;
}

const KINDS = { embed: EMBED, relate: RELATE } as const;

export function createModelsSweep(dependencies: ModelsSweepDependencies): ModelsSweep {
  const { db, clock, ids, log, publishSoon, stopping } = dependencies;

  /** The model that is not switched to because it gave up most documents, once that is logged. */
  let unfit: string | undefined;

  async function advance(): Promise<void> {
    const requested = await findRequestedModel(db);
    if (!requested || (await isUnderWay(db, requested.id))) return;
    const step = await switchWhenComplete(db, clock.now());
    if (step.step === 'switched') return log.info('the model was switched', { model: step.model, from: step.from });
    if (step.step === 'embed' || step.step === 'relate') return start(step.step, step.model);
    if (step.step !== 'unfit' || step.model === unfit) return;
    unfit = step.model;
    log.error('the model is not switched: the new one failed for most documents', { model: step.model });
  }

  async function repair(): Promise<void> {
    const active = await findActiveModel(db);
    if (!active || (await isUnderWay(db, active.id))) return;
    const missing = await missingFor(db, active.id);
    if (missing) await start(missing, active.id);
  }

  async function start(step: Missing, model: string): Promise<void> {
    const job = await db.transaction(async (tx) => {
      // Of several workers one starts the job.
      await lockModels(tx, clock.now());
      if (await isUnderWay(tx, model)) return undefined;
      return enqueueJob(tx, { clock, ids }, { kind: KINDS[step], ownerId: INSTALLATION, payload: { model } });
    });
    if (!job) return;
    log.info('documents are prepared for a model', { step, model });
    publishSoon(job.id);
  }

  async function purge(): Promise<void> {
    while (!stopping.aborted) {
      if ((await purgeRetired(db, clock.now())) === undefined) return;
    }
  }

  /** A failure is over at the next run. */
  const logFailure = (work: () => Promise<void>) => () =>
    work().catch((error: unknown) => log.warning('the models could not be swept', { error }));

  return { advance: logFailure(advance), repair: logFailure(repair), purge: logFailure(purge) };
}

/** Whether a job for the model is unfinished. */
async function isUnderWay(db: Database, model: string): Promise<boolean> {
  const unfinished = await unfinishedInstallationJobs(db, [EMBED.name, RELATE.name]);
  return unfinished.some(({ payload }) => payload.model === model);
}
