import { type JobQuery, listJobs as list } from '../../kernel/db/jobs.ts';
import type { Job } from '../../kernel/db/types.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { AppContext } from '../context.ts';
import { requireScope } from '../require-scope.ts';

/** The jobs of all users, newest first. For admins. */
export async function listJobs({ db }: Pick<AppContext, 'db'>, actor: Actor, query: JobQuery): Promise<Job[]> {
  requireScope(actor, 'admin');
  return list(db, query);
}
