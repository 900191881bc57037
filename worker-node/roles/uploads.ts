/** The `uploads` role: files too large for Workers, by signed addresses: `PUT /uploads` and `GET /contents`. */
import type { Config } from '../../src/kernel/config/config.ts';
import type { JobPublisher } from '../../src/kernel/jobs/publisher.ts';
import { createRelay } from '../../src/kernel/jobs/relay.ts';
import { createContentsRoute } from '../http/contents-route.ts';
import { createUploadsRoute, type UploadsRouteDependencies } from '../http/uploads/uploads-route.ts';
import type { WorkerContext } from '../worker-context.ts';
import type { Role } from './role.ts';

export interface UploadsRoleContext extends Pick<WorkerContext, 'db' | 'clock' | 'ids' | 'log' | 'background'> {
  readonly config: Pick<Config, 'publicUrl' | 'cors' | 'quotas'> & UploadsRouteDependencies['config'];
  readonly progress: Pick<WorkerContext['progress'], 'report'>;
  /** Where the jobs of new resources go. */
  readonly publisher: JobPublisher;
}

export function createUploadsRole(context: UploadsRoleContext): Role {
  const { config, db, clock, ids, log, background, progress, publisher } = context;
  const services = {
    config,
    db,
    clock,
    ids,
    progress: { begin: async (resource_id, stages) => progress.report({ resource_id, stages }) },
    relay: createRelay({ db, clock, log, background, publisher }),
  } satisfies UploadsRouteDependencies['services'];
  return {
    routes: createUploadsRoute({ config, services, log }).route('/', createContentsRoute({ config, db, clock, ids, log })),
    // The relay publishes in the background, which the context drains.
    stop: async () => {},
  };
}
