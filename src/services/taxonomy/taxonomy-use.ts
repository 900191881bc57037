import { z } from 'zod';
import { unfinishedInstallationJobs } from '../../kernel/db/jobs.ts';
import { countByCategory } from '../../kernel/db/resource-categories.ts';
import { readTaxonomyState } from '../../kernel/db/settings.ts';
import { CATEGORISE } from '../../kernel/model/job-kinds.ts';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';
import { versionField } from './taxonomy-schemas.ts';

const output = z
  .object({
    version: versionField,
    categories: z
      .array(
        z.object({
          id: z.string(),
          documents: z.int().meta({ description: 'With this category, not with one below it' }),
          corrected: z.int().meta({ description: 'Of those, how many a person has filed there' }),
        }),
      )
      .meta({ description: 'Categories that have documents, `uncategorised` among them' }),
    categorising: z
      .object({ done: z.int(), total: z.int() })
      .optional()
      .meta({ description: 'How many documents are categorised by the latest tree; absent once all are' }),
  })
  .meta({ id: 'TaxonomyUse' });

/** Numbers over all accounts. */
export const taxonomyUse = operation({
  name: 'taxonomy.use',
  scope: 'admin',
  summary: 'Count the documents of each category',
  description: 'Of all accounts. It also tells how far documents are categorised anew after PUT /taxonomy.',
  destructive: false,
  input: z.object({}),
  output,
  run: async ({ db }: Pick<AppContext, 'db'> & Caller) => {
    const { version } = await readTaxonomyState(db);
    const [counts, unfinished] = await Promise.all([countByCategory(db), unfinishedInstallationJobs(db, [CATEGORISE.name])]);
    const payloads = unfinished.flatMap(({ payload }) => CATEGORISE.payload.safeParse(payload).data ?? []);
    const current = payloads.find((payload) => payload.version === version);
    const categories = counts.map(({ category: id, ...numbers }) => ({ id, ...numbers })).sort((a, b) => (a.id < b.id ? -1 : 1));
    return { version, categories, ...(current ? { categorising: { done: current.done, total: current.total } } : {}) };
  },
});
