import { z } from 'zod';
import { AppError } from '../../kernel/core/errors.ts';
import { listCategories, replaceCategories } from '../../kernel/db/categories.ts';
import { countCategorised, uncategoriseUnknown } from '../../kernel/db/resource-categories.ts';
import { lockTaxonomy, putTaxonomyState, readTaxonomyState } from '../../kernel/db/settings.ts';
import type { Database } from '../../kernel/db/types.ts';
import { enqueueJob } from '../../kernel/jobs/outbox.ts';
import { CATEGORISE, INSTALLATION } from '../../kernel/model/job-kinds.ts';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';
import { newTreeField, taxonomySchema, versionField } from './taxonomy-schemas.ts';
import { flattenTree, isSameTree, toTree } from './tree.ts';

const input = z.object({
  version: versionField.optional().meta({
    description: 'The version that the tree was made from: 412 where it is not the latest. If-Match says the same.',
  }),
  categories: newTreeField,
});

const output = taxonomySchema
  .extend({
    documents: z.int().meta({ description: 'Documents that are categorised anew, in the background' }),
    uncategorised: z.int().meta({ description: 'Documents whose category is gone: uncategorised until they are done' }),
    corrections: z.int().meta({ description: 'Of those, how many a person had filed there: that correction is lost' }),
  })
  .meta({ id: 'ReplacedTaxonomy' });

type Context = Pick<AppContext, 'db' | 'clock' | 'ids' | 'relay' | 'log'> & Caller;

/** The versions of the tree follow each other: of two admins who began with the same one, the second is refused. */
export const replaceTaxonomy = operation({
  name: 'taxonomy.replace',
  scope: 'admin',
  summary: 'Replace the tree of categories',
  description:
    'Takes the whole tree as GET /taxonomy answers it. Every document is categorised anew in the background; GET /admin/taxonomy ' +
    'tells how far that is. A category keeps its documents as long as its id stays. The same tree again changes nothing.',
  destructive: true,
  input,
  output,
  errors: ['precondition_failed'],
  run: async ({ db, clock, ids, relay, log, actor, origin }: Context, { version: base, categories }) => {
    const rows = flattenTree(categories);
    const replaced = await db.transaction(async (tx) => {
      const now = clock.now();
      await lockTaxonomy(tx, now);
      const { version } = await readTaxonomyState(tx);
      // A request that is sent again after its response was lost is no conflict.
      if (version > 0 && isSameTree(rows, await listCategories(tx))) return { version, ...NO_CHANGE };
      if (base !== undefined && base !== version) throw conflict(base, version);
      return await replace(tx, { rows, version: version + 1, now }, { clock, ids });
    });
    if (replaced.jobId !== undefined) {
      const { version, documents, uncategorised, corrections } = replaced;
      const details = { version, categories: rows.length, documents, uncategorised, corrections };
      log.info('the taxonomy was replaced', { ...details, by: actor.username, userId: actor.userId, address: origin.address });
      relay.publishSoon(replaced.jobId);
    }
    const { jobId: _, ...counts } = replaced;
    return { ...counts, categories: toTree(rows) };
  },
});

const NO_CHANGE = { documents: 0, uncategorised: 0, corrections: 0, jobId: undefined } as const;

async function replace(
  tx: Database,
  { rows, version, now }: { rows: ReturnType<typeof flattenTree>; version: number; now: number },
  { clock, ids }: Pick<AppContext, 'clock' | 'ids'>,
) {
  await replaceCategories(tx, rows);
  const { documents: uncategorised, corrected: corrections } = await uncategoriseUnknown(tx, now);
  const documents = await countCategorised(tx);
  const payload = { version, done: 0, total: documents };
  const job = await enqueueJob(tx, { clock, ids }, { kind: CATEGORISE, ownerId: INSTALLATION, payload });
  await putTaxonomyState(tx, { version, origin: 'admin' }, now);
  return { version, documents, uncategorised, corrections, jobId: job.id };
}

function conflict(base: number, version: number): AppError {
  const message = `is not ${version}, the latest: the taxonomy has changed since`;
  return new AppError('precondition_failed', `The taxonomy has changed since version ${base}: it has version ${version} now`, {
    errors: [{ path: 'version', message }],
  });
}
