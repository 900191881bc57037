/** A role of the worker: one part of its work that can run alone in a process. `start.ts` mounts roles and stops them. */
import type { Hono } from 'hono';
import type { WorkerRole } from '../../src/kernel/config/worker-roles.ts';

export interface Role {
  /** Mounted at the root of the worker's app. Errors that a route throws are rendered by the app. */
  readonly routes?: Hono;
  /** Work repeated while the worker runs. */
  readonly tasks?: readonly Task[];
  /** The role's part of `GET /health`. A role without it is always healthy. */
  health?(): RoleHealth;
  /** Finishes or gives back the work in progress and releases what the role opened. Called after its tasks have stopped. */
  stop(): Promise<void>;
}

export interface Task {
  /** Milliseconds between the end of one run and the start of the next. */
  readonly everyMs: number;
  run(): Promise<unknown>;
}

export type HealthStatus = 'ok' | 'loading' | 'failed' | 'closed' | 'stopping';

export interface RoleHealth {
  readonly status: HealthStatus;
  /** Fields of the response of `GET /health`. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Paths of each role, and where they begin if they end with a slash. */
const PATHS: Readonly<Record<WorkerRole, readonly string[]>> = {
  jobs: ['/jobs'],
  embeddings: ['/v1/', '/embed', '/info'],
  search: ['/search', '/search/'],
  uploads: ['/uploads', '/contents'],
  mail: ['/mail'],
  callbacks: [],
};

export const isPathOf = (role: WorkerRole, path: string): boolean =>
  PATHS[role].some((own) => (own.endsWith('/') ? path.startsWith(own) : path === own));
