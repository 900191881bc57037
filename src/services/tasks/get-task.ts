import { z } from 'zod';
import { findJob } from '../../kernel/db/jobs.ts';
import type { AppContext } from '../context.ts';
import { notFound } from '../errors.ts';
import { type Caller, operation } from '../operation.ts';
import { taskId, taskSchema, toTaskBody } from './task-schema.ts';

export const getTask = operation({
  name: 'tasks.get',
  scope: 'resources:read',
  summary: 'Read a task',
  description: 'How far a change of many documents is. Only its owner sees it.',
  destructive: false,
  input: z.object({ id: taskId }),
  output: taskSchema,
  errors: ['not_found'],
  run: async ({ db, actor }: Pick<AppContext, 'db'> & Caller, { id }) => {
    const job = await findJob(db, id);
    const task = job?.ownerId === actor.userId ? toTaskBody(job) : undefined;
    if (!task) throw notFound('task');
    return task;
  },
});
