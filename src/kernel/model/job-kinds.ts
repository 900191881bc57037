/**
 * Kinds of jobs. A kind is a name and the schema of its payload; its runner is registered in worker-node/jobs. Kinds that only
 * the worker queues are defined there. A worker gives a job back to the queue whose kind or payload it cannot read.
 */
import { z } from 'zod';
import { STAGES, type Stage } from './stages.ts';

/** As stored; a row may come from another version. */
export type JobPayload = Readonly<Record<string, unknown>>;

export interface JobKind<P extends JobPayload = JobPayload> {
  /** As stored in `jobs.kind`. */
  readonly name: string;
  readonly payload: z.ZodType<P>;
}

/** The owner of the jobs that belong to no user. Ids of users are UUIDs. A worker runs one of these jobs at a time. */
export const INSTALLATION = 'installation';

/** Payload of a processing job: the stages to run, and the run they belong to. */
export const processPayloadSchema = z.object({
  stages: z.array(z.enum(STAGES)).min(1),
  run: z.int().min(1),
});
export type ProcessPayload = z.infer<typeof processPayloadSchema>;

/** Runs stages of a resource. */
export const PROCESS: JobKind<ProcessPayload> = { name: 'resource.process', payload: processPayloadSchema };

const deleteAccountPayload = z.object({ user_id: z.string() });

/** Removes what a deleted account owned. */
export const DELETE_ACCOUNT: JobKind<z.infer<typeof deleteAccountPayload>> = {
  name: 'account.delete',
  payload: deleteAccountPayload,
};

const bulkPayload = z.object({
  action: z.enum(['delete', 'tag', 'reprocess']),
  /** What is left to do: these documents, or those of the filter below the position, newest first. */
  ids: z.array(z.string()).optional(),
  filter: z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())])).optional(),
  before: z.object({ createdAt: z.number(), id: z.string() }).optional(),
  add_tags: z.array(z.string()).optional(),
  remove_tags: z.array(z.string()).optional(),
  stages: z.array(z.enum(STAGES)).optional(),
  done: z.int(),
  total: z.int(),
  errors: z.array(z.object({ id: z.string(), message: z.string() })),
});
export type BulkPayload = z.infer<typeof bulkPayload>;

/** Changes many documents of an owner. */
export const BULK: JobKind<BulkPayload> = { name: 'resources.bulk', payload: bulkPayload };

const categorisePayload = z.object({
  /** Of the tree; the work for an earlier one is left to the job of the latest. */
  version: z.int(),
  /** The id of the last document that is done. */
  after: z.string().optional(),
  done: z.int(),
  total: z.int(),
});
export type CategorisePayload = z.infer<typeof categorisePayload>;

/** Categorises the documents of all owners anew, after the tree of categories was replaced. */
export const CATEGORISE: JobKind<CategorisePayload> = { name: 'taxonomy.categorise', payload: categorisePayload };

const anyProcessPayload = z.object({ stages: z.array(z.string()), run: z.int() });

/** What a processing job asks for, as far as this version knows its stages; undefined for other kinds of jobs. */
export function processingOf({ kind, payload }: { readonly kind: string; readonly payload: JobPayload }) {
  const asked = kind === PROCESS.name ? anyProcessPayload.safeParse(payload).data : undefined;
  return asked && { run: asked.run, stages: STAGES.filter((stage: Stage) => asked.stages.includes(stage)) };
}
