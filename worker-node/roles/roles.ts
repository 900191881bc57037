/** The roles that this worker has: all, unless WORKER_ROLES names some. */
import { WORKER_ROLES, type WorkerRole } from '../../src/kernel/config/worker-roles.ts';
import type { Fetch } from '../../src/kernel/core/ports.ts';
import type { JobPublisher } from '../../src/kernel/jobs/publisher.ts';
import { createHttpPublisher } from '../../src/kernel/worker-client/http-publisher.ts';
import { createSearchClient } from '../../src/kernel/worker-client/search-client.ts';
import { createLocalPublisher } from '../pipeline/local-publisher.ts';
import { createNearestDocuments } from '../stages/nearest-documents.ts';
import type { WorkerContext } from '../worker-context.ts';
import { createCallbacksRole } from './callbacks.ts';
import { createEmbeddingsRole } from './embeddings.ts';
import { createJobsRole, type JobsRole } from './jobs.ts';
import { createMailRole } from './mail.ts';
import type { Role } from './role.ts';
import { createSearchRole } from './search.ts';
import { createUploadsRole } from './uploads.ts';

export interface Roles {
  /** In the order in which they are stopped. */
  readonly roles: readonly Role[];
  /** The one of them that takes jobs. */
  readonly jobs: JobsRole | undefined;
  /** Roles that another worker has. */
  readonly absent: readonly WorkerRole[];
}

export function createRoles(context: WorkerContext): Roles {
  const { config, clock, ids, log, queue } = context;
  const http = { config, clock, ids, log, fetch: ((input, init) => fetch(input, init)) satisfies Fetch };
  const has = (role: WorkerRole) => config.worker.roles.includes(role);
  const search = has('search') ? createSearchRole(context) : undefined;
  const { neighbours } = search?.librarySearch ?? createSearchClient(http);
  const jobs = has('jobs') ? createJobsRole(context, { nearest: createNearestDocuments({ log, neighbours }) }) : undefined;
  const publisher = (): JobPublisher => {
    if (queue) return queue;
    if (jobs) return createLocalPublisher(jobs.handler);
    return createHttpPublisher(http);
  };
  const roles: (Role | undefined)[] = [
    jobs,
    has('embeddings') ? createEmbeddingsRole(context) : undefined,
    search,
    has('uploads') ? createUploadsRole({ ...context, publisher: publisher() }) : undefined,
    has('mail') ? createMailRole(context) : undefined,
    has('callbacks') ? createCallbacksRole(context) : undefined,
  ];
  return { roles: roles.filter((role) => role !== undefined), jobs, absent: WORKER_ROLES.filter((role) => !has(role)) };
}
