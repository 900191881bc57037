/**
 * Jobs of the kind `taxonomy.categorise`: categorise the documents of all owners anew after the tree was replaced, by the vectors
 * that they have. A document is written in a transaction that notes how far the job is, so a repetition goes on from there. The
 * categories of documents whose stage runs meanwhile are left to it: it takes the tree as it is when it commits.
 */
import { isDeepStrictEqual } from 'node:util';
import { StageError } from '../../src/kernel/core/errors.ts';
import { updateJobPayload } from '../../src/kernel/db/jobs.ts';
import { type CategorisedDocument, listCategorised, uncategoriseUnknown } from '../../src/kernel/db/resource-categories.ts';
import { readStages } from '../../src/kernel/db/resource-stages.ts';
import { findResourceOfJob, lockResource, updateResourceOfJob } from '../../src/kernel/db/resources.ts';
import { readTaxonomyState } from '../../src/kernel/db/settings.ts';
import type { Database, Resource } from '../../src/kernel/db/types.ts';
import { CATEGORISE, type CategorisePayload } from '../../src/kernel/model/job-kinds.ts';
import type { JobRunner } from '../pipeline/job-runner.ts';
import { createPlainJob, type PlainJobDependencies, type PlainWork } from '../pipeline/plain-job.ts';
import type { StageResult, StageRunners } from '../pipeline/stage.ts';
import { requireTaxonomy } from '../stages/taxonomy.ts';

export interface CategoriseDependencies extends PlainJobDependencies {
  readonly runners: Pick<StageRunners, 'taxonomy'>;
}

/** Documents that are listed at a time. */
const SLICE_SIZE = 50;

export function createCategoriseJob(dependencies: CategoriseDependencies): JobRunner {
  const { db, clock, runners } = dependencies;

  return createPlainJob(dependencies, CATEGORISE, async (input) => {
    let { payload } = input;
    if (input.isExhausted) return;
    if (payload.after === undefined) payload = await begin(input);
    while ((await readTaxonomyState(db)).version === payload.version) {
      const documents = await listCategorised(db, { after: payload.after, limit: SLICE_SIZE });
      if (documents.length === 0) return;
      for (const document of documents) payload = await workOn(input, payload, document);
    }
  });

  /** A document may have been committed with a category of the former tree while that was replaced. */
  async function begin({ job, payload, commit }: PlainWork<CategorisePayload>): Promise<CategorisePayload> {
    const begun = { ...payload, after: '' };
    await commit(async (tx) => {
      await uncategoriseUnknown(tx, clock.now());
      await updateJobPayload(tx, job.id, begun);
    });
    return begun;
  }

  /** Returns the payload that is left. */
  async function workOn(input: PlainWork<CategorisePayload>, before: CategorisePayload, document: CategorisedDocument) {
    input.signal.throwIfAborted();
    const resource = await findResourceOfJob(db, document.id);
    const fields = resource && (await categorise(resource, input.signal));
    // More documents than there were: those that came since.
    const done = before.done + 1;
    const payload = { ...before, after: document.id, done, total: Math.max(before.total, done) };
    await input.commit(async (tx) => {
      if (resource && fields) await write(tx, resource, document, fields);
      await requireTaxonomy(tx, before.version);
      await updateJobPayload(tx, input.job.id, payload);
    });
    return payload;
  }

  /** Undefined for a document that cannot be categorised. */
  async function categorise({ text, ...resource }: Resource, signal: AbortSignal): Promise<StageResult['fields']> {
    const committed = async () => {};
    const report = () => {};
    try {
      const result = await runners.taxonomy({ resource, text: async () => text, made: {}, committed, signal, report });
      return result.fields;
    } catch (error) {
      if (error instanceof StageError && error.failure === 'permanent') return undefined;
      throw error;
    }
  }

  /** Unless nothing has changed, or the stage has run again. */
  async function write(tx: Database, before: Resource, { id, run }: CategorisedDocument, fields: StageResult['fields']) {
    if (!(await lockResource(tx, before))) return;
    const stage = (await readStages(tx, id))?.taxonomy;
    if (stage?.run !== run || stage.status !== 'completed') return;
    const isCorrected = before.edited.includes('category');
    const isSameCategory = isCorrected || fields?.category === before.category;
    if (isSameCategory && isDeepStrictEqual(fields?.categories, before.categories)) return;
    const { category, ...others } = fields ?? {};
    const changed = isSameCategory ? others : { category, ...others };
    await updateResourceOfJob(tx, id, { ...changed, updatedAt: clock.now() }, before.edited);
  }
}
