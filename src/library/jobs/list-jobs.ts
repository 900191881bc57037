import type { Actor } from '../../kernel/auth/actor.ts';
import { type JobQuery, listJobs as list } from '../../kernel/db/admin-jobs.ts';
import type { Job } from '../../kernel/db/types.ts';
import type { Services } from '../../kernel/services.ts';
import { requireScope } from '../require-scope.ts';

/** Everybody's jobs, newest first; for admins. */
export async function listJobs({ db }: Pick<Services, 'db'>, actor: Actor, query: JobQuery): Promise<Job[]> {
  requireScope(actor, 'admin');
  return list(db, query);
}
