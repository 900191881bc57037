/**
 * Jobs that work on all documents for a model, a slice of them a job. A job first splits: in one transaction it notes the end of
 * its slice and inserts the job for the rest, so that other workers share the work and a repetition neither doubles nor skips
 * a slice. Then it works document by document, each in a transaction of its own.
 */
import { z } from 'zod';
import { StageError } from '../../src/kernel/core/errors.ts';
import type { Ids } from '../../src/kernel/core/ports.ts';
import { listChunkKeys } from '../../src/kernel/db/chunks.ts';
import { findEmbeddingModel } from '../../src/kernel/db/embedding-models.ts';
import { updateJobPayload } from '../../src/kernel/db/jobs.ts';
import type { DocumentRef } from '../../src/kernel/db/resource-embeddings.ts';
import { lockResource } from '../../src/kernel/db/resources.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import { enqueueJob } from '../../src/kernel/jobs/outbox.ts';
import { INSTALLATION, type JobKind } from '../../src/kernel/model/job-kinds.ts';
import type { JobRunner } from '../pipeline/job-runner.ts';
import { LeaseLost } from '../pipeline/lease-lost.ts';
import { NotForThisWorker } from '../pipeline/not-for-this-worker.ts';
import { createPlainJob, type PlainJobDependencies, type PlainWork } from '../pipeline/plain-job.ts';

const payload = z.object({
  model: z.string(),
  /** The id of the document after which the slice begins; absent for the first slice. */
  after: z.string().optional(),
  /** The id of its last document, once it is split; absent in the last slice. */
  until: z.string().optional(),
});
export type SlicePayload = z.infer<typeof payload>;

export const sliceKind = (name: string): JobKind<SlicePayload> => ({ name, payload });

export interface SliceDependencies extends PlainJobDependencies {
  readonly ids: Ids;
  /** Publishes a job in the background. */
  readonly publishSoon: (jobId: string) => void;
  /** Documents of a slice. */
  readonly sliceSize?: number;
}

/** Writes what was done for a document; part of a transaction. */
type Write = (tx: Database) => Promise<void>;

/** Does the work for one document. Throws StageError, or NotForThisWorker. */
type WorkOnDocument = (document: DocumentRef, signal: AbortSignal) => Promise<Write>;

export interface SliceWork {
  /** The documents that are still to do, by id. */
  list(db: Database, slice: { model: string; after: string | undefined; limit: number }): Promise<readonly DocumentRef[]>;
  /** Whether the document is still to do. */
  isOpen(tx: Database, document: DocumentRef, model: string): Promise<boolean>;
  /** Throws NotForThisWorker where another worker has to do the work. */
  open(model: string): WorkOnDocument;
  /** Writes that the work failed for good, so that the document is not to do any more. `message` is for people. */
  giveUp(tx: Database, document: DocumentRef, model: string, message: string): Promise<void>;
}

const SLICE_SIZE = 32;

const INTERRUPTED = 'Every attempt was interrupted, most likely because the document needs more memory than is available';
const INTERNAL_FAULT = 'The worker failed on this document; its log has the reason';

export function createSliceJob(dependencies: SliceDependencies, kind: JobKind<SlicePayload>, slices: SliceWork): JobRunner {
  const { db, clock, ids, log, publishSoon, sliceSize = SLICE_SIZE } = dependencies;

  return createPlainJob(dependencies, kind, async (input) => {
    const { model, after, until } = input.payload;
    if (!(await isWanted(db, model))) return;
    const listed = await slices.list(db, { model, after, limit: sliceSize });
    const documents = until === undefined ? listed : listed.filter(({ id }) => id <= until);
    const [first] = documents;
    if (!first) return;
    if (input.isExhausted) {
      // The documents are taken in turn, so the first that is left is the one that the worker died over.
      await commit(input, first, await listChunkKeys(db, first.id), (tx) => slices.giveUp(tx, first, model, INTERRUPTED));
      return;
    }
    const work = slices.open(model);
    const successor = until === undefined && documents.length === sliceSize ? await split(input, documents) : undefined;
    const failures: StageError[] = [];
    for (const document of documents) {
      const failure = await workOn(input, document, work);
      if (failure) failures.push(failure);
    }
    // Unless another worker has it already: nothing else may publish it for a minute.
    if (successor !== undefined) publishSoon(successor);
    if (failures[0]) throw failures[0];
  });

  /** Leaves what comes after `documents` to another job. Returns its id. */
  async function split({ job, payload: { model, after }, commit }: PlainWork<SlicePayload>, documents: readonly DocumentRef[]) {
    const last = documents.at(-1)?.id as string;
    const { id } = await commit(async (tx) => {
      await updateJobPayload(tx, job.id, { model, ...(after === undefined ? {} : { after }), until: last });
      return enqueueJob(tx, { clock, ids }, { kind, ownerId: INSTALLATION, payload: { model, after: last } });
    });
    return id;
  }

  /** Returns the failure of a document that is to be tried again. */
  async function workOn(
    input: PlainWork<SlicePayload>,
    document: DocumentRef,
    work: WorkOnDocument,
  ): Promise<StageError | undefined> {
    const { model } = input.payload;
    input.signal.throwIfAborted();
    const keys = await listChunkKeys(db, document.id);
    if (keys.length === 0) return undefined;
    let write: Write;
    try {
      write = await work(document, input.signal);
    } catch (error) {
      if (error instanceof NotForThisWorker || error instanceof LeaseLost || input.signal.aborted) throw error;
      const failure = error instanceof StageError ? error : new StageError('transient', INTERNAL_FAULT, { cause: error });
      const isFinal = failure.failure === 'permanent' || input.isLastAttempt();
      log.warning('document failed', { kind: kind.name, model, resourceId: document.id, willRetry: !isFinal, error });
      if (!isFinal) return failure;
      write = (tx) => slices.giveUp(tx, document, model, failure.message);
    }
    await commit(input, document, keys, write);
    return undefined;
  }

  /** Writes, unless the document was deleted, has other chunks now, or was done by another worker. */
  async function commit(input: PlainWork<SlicePayload>, document: DocumentRef, keys: readonly number[], write: Write) {
    const { model } = input.payload;
    await input.commit(async (tx) => {
      // An ingestion that replaces the chunks waits until this transaction has ended, or this one until that has.
      if (!(await lockResource(tx, document))) return;
      const current = await listChunkKeys(tx, document.id);
      const isSame = current.length === keys.length && current.every((key, index) => key === keys[index]);
      if (isSame && (await isWanted(tx, model)) && (await slices.isOpen(tx, document, model))) await write(tx);
    });
  }
}

/** A model that was retired, or whose activation is not requested any more, needs nothing. */
async function isWanted(db: Database, id: string): Promise<boolean> {
  const model = await findEmbeddingModel(db, id);
  return model?.state === 'active' || (model?.state === 'building' && model.activationRequestedAt !== null);
}
