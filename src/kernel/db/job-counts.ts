import { count } from 'drizzle-orm';
import type { JobState } from '../model/job-messages.ts';
import { jobs } from './schema.sqlite.ts';
import type { Database } from './types.ts';

/** How many jobs there are in each state that has any. */
export async function countJobs(db: Database): Promise<{ state: JobState; count: number }[]> {
  return db.select({ state: jobs.state, count: count() }).from(jobs).groupBy(jobs.state);
}
