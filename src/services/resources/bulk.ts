/** POST /resources/bulk: one change of many documents, which a task of the worker carries out. */
import { z } from 'zod';
import { AppError } from '../../kernel/core/errors.ts';
import { present } from '../../kernel/core/present.ts';
import { countResources, type ResourceFilter } from '../../kernel/db/resource-list.ts';
import { findResources } from '../../kernel/db/resources.ts';
import { enqueueJob } from '../../kernel/jobs/outbox.ts';
import { BULK, type BulkPayload } from '../../kernel/model/job-kinds.ts';
import { STAGES } from '../../kernel/model/stages.ts';
import { chargeWrite } from '../accounts/charge-write.ts';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';
import { requireScope } from '../require-scope.ts';
import { taskSchema, toTaskBody } from '../tasks/task-schema.ts';
import { withBacklogRoom } from './backlog.ts';
import { listFilterBody, toResourceFilter } from './list-filter.ts';
import { tagsField } from './resource-fields.ts';
import { resourceIdInput } from './resource-schemas.ts';

export const BULK_IDS = 1_000;

/** No value is valid. */
const ABSENT = { not: {} };

const input = z
  .strictObject({
    action: z.enum(['delete', 'tag', 'reprocess']).meta({ description: '`delete` needs the scope `resources:delete`' }),
    ids: z.array(resourceIdInput).min(1).max(BULK_IDS).optional().meta({ description: 'Excludes `filter`' }),
    filter: listFilterBody.optional().meta({ description: 'As in GET /resources: the documents that are there now' }),
    expected_count: z.int().min(1).max(1_000_000_000).meta({ description: 'How many documents that is; another count is 409' }),
    add_tags: tagsField.min(1).optional().meta({ description: 'With `tag`' }),
    remove_tags: tagsField.min(1).optional().meta({ description: 'With `tag`' }),
    stages: z.array(z.enum(STAGES)).min(1).max(STAGES.length).optional().meta({ description: 'With `reprocess`. Default: all' }),
  })
  .superRefine(({ action, ids, filter, add_tags, remove_tags, stages }, context) => {
    const addIssue = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if ((ids === undefined) === (filter === undefined)) addIssue('ids', 'either ids or filter is required, and not both');
    const tags = add_tags ?? remove_tags;
    if (action === 'tag' && tags === undefined) addIssue('add_tags', 'tag needs add_tags or remove_tags');
    if (action !== 'tag' && tags !== undefined) addIssue(add_tags ? 'add_tags' : 'remove_tags', 'is only allowed with tag');
    if (action !== 'reprocess' && stages !== undefined) addIssue('stages', 'is only allowed with reprocess');
  })
  .meta({
    id: 'BulkChange',
    // The rules above, as a JSON schema says them.
    allOf: [
      { oneOf: [{ required: ['ids'] }, { required: ['filter'] }] },
      {
        anyOf: [
          {
            properties: { action: { enum: ['tag'] }, stages: ABSENT },
            anyOf: [{ required: ['add_tags'] }, { required: ['remove_tags'] }],
          },
          { properties: { action: { enum: ['delete'] }, add_tags: ABSENT, remove_tags: ABSENT, stages: ABSENT } },
          { properties: { action: { enum: ['reprocess'] }, add_tags: ABSENT, remove_tags: ABSENT } },
        ],
      },
    ],
  });

/** The filter of a task, as the worker reads it. */
export const fromStoredFilter = (stored: NonNullable<BulkPayload['filter']>): ResourceFilter => stored;

type Context = Pick<AppContext, 'db' | 'clock' | 'ids' | 'relay' | 'requestLimits'> & Caller;

export const bulkChange = operation({
  name: 'resources.bulk',
  scope: 'resources:write',
  summary: 'Change many resources',
  description:
    'Deletes, tags or reprocesses up to 1,000 resources by id, or any number by a filter, in the background: GET /tasks/{id} ' +
    'tells how far it is. It counts as one write for every ten documents. 409 for an empty filter and for another count than ' +
    'expected; nothing happens then.',
  destructive: true,
  input,
  output: taskSchema,
  errors: ['conflict', 'backlog_full', 'rate_limited'],
  run: async (context: Context, given) => {
    const { db, clock, actor, relay, noteLimit } = context;
    if (given.action === 'delete') requireScope(actor, 'resources:delete');
    const payload = await planOf(context, given);
    if (payload.total !== given.expected_count) {
      throw new AppError('conflict', `That is ${payload.total} documents, not ${given.expected_count}; nothing was changed`, {
        errors: [{ path: 'expected_count', message: `is not ${payload.total}` }],
      });
    }
    await chargeWrite(context, actor, { documents: payload.total, paid: 1, path: '/resources/bulk', noteLimit });
    const job = await withBacklogRoom(db, actor.userId, async (tx, requireRoom) => {
      await requireRoom();
      return enqueueJob(tx, { clock, ids: context.ids }, { kind: BULK, ownerId: actor.userId, payload });
    });
    relay.publishSoon(job.id);
    const task = toTaskBody(job);
    if (!task) throw new Error('a task that was just made cannot be read');
    return task;
  },
});

async function planOf({ db, clock, actor }: Context, given: z.infer<typeof input>): Promise<BulkPayload> {
  const { action, add_tags, remove_tags, stages } = given;
  const start = { action, ...present({ add_tags, remove_tags, stages }), done: 0, errors: [] };
  if (given.ids) {
    const own = new Set((await findResources(db, actor.userId, given.ids)).map(({ id }) => id));
    return { ...start, ids: [...own], total: own.size };
  }
  const filter = toResourceFilter(given.filter ?? {});
  if (Object.keys(filter).length === 0) {
    const message = 'must not be empty: it would name every document';
    throw new AppError('conflict', `filter ${message}`, { errors: [{ path: 'filter', message }] });
  }
  // Documents that come later do not belong to the task.
  const before = { createdAt: clock.now() + 1, id: '' };
  const total = await countResources(db, { ownerId: actor.userId, filter, after: before });
  return { ...start, filter: { ...filter } as NonNullable<BulkPayload['filter']>, before, total };
}
