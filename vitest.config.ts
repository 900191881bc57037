import { defineConfig } from 'vitest/config';

const project = (name: string, options: Record<string, unknown> = {}) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: 30_000, hookTimeout: 60_000, ...options },
});

/** Files that hold nothing in their modules share a process: loading everything anew for each takes longer than its tests. */
const TOGETHER = { isolate: false };

/** Installs the servers that test files start, where they are missing. */
const PROGRAMS = { globalSetup: 'test/support/setup/programs.ts' };
/** Starts the PostgreSQL server that the run shares. */
const POSTGRES = { globalSetup: ['test/support/setup/programs.ts', 'test/support/setup/postgres.ts'] };
const ON_POSTGRES = { ...POSTGRES, env: { PHAROS_TEST_DATABASE: 'postgres' } };

/** Files of a project that ask a database. */
const ASK: Record<string, string[]> = {
  kernel: ['test/kernel/{auth,db,jobs,progress,worker-client}/**/*.test.ts'],
  services: ['test/services/**/*.test.ts'],
  routes: ['test/routes/**/*.test.ts'],
  runtimes: ['test/runtimes/end-to-end.test.ts'],
  worker: [
    'test/worker/{analysis/{graph,taxonomy-score},pipeline,pipeline-faults,job-handler,graph,taxonomy,quality,embedding-stage,ingestion,callbacks,qstash,random-kills}.test.ts',
  ],
};
const onPostgres = (name: string, options = {}) =>
  project(`${name}-postgres`, { include: ASK[name], testTimeout: 120_000, ...ON_POSTGRES, ...options });

/** SQLite's tests have tried all but the way to a libSQL server: here is what writes, what searches, and the whole. */
const ON_LIBSQL = [
  'test/kernel/auth/{accounts,change-password,oauth,revocations}.test.ts',
  'test/kernel/db/{resources,constraint-errors,leases}.test.ts',
  'test/kernel/jobs/relay.test.ts',
  'test/kernel/progress/tracker.test.ts',
  'test/services/{backlog,create-resource,resources,search}.test.ts',
  'test/worker/analysis/graph.test.ts',
  'test/worker/{analysis/{graph,taxonomy-score},pipeline,job-handler}.test.ts',
  'test/routes/{search,store-failures}.test.ts',
  'test/runtimes/end-to-end.test.ts',
];

export default defineConfig({
  test: {
    // Most files wait for servers and processes of their own: one at a time leaves the machine idle.
    maxWorkers: 2,
    globalSetup: 'test/support/setup/run-folder.ts',
    projects: [
      project('contract', PROGRAMS),
      project('kernel', TOGETHER),
      project('services', TOGETHER),
      project('routes', { ...TOGETHER, ...PROGRAMS }),
      project('worker'),
      project('runtimes', { testTimeout: 120_000, ...PROGRAMS }),
      // The same tests on a real PostgreSQL, and those that are about it alone.
      ...['kernel', 'services', 'routes'].map((name) => onPostgres(name, TOGETHER)),
      ...['worker', 'runtimes'].map((name) => onPostgres(name)),
      project('postgres', { testTimeout: 120_000, ...ON_POSTGRES }),
      // And on a libSQL server, as Turso runs it.
      project('libsql', { include: ON_LIBSQL, env: { PHAROS_TEST_DATABASE: 'libsql' }, testTimeout: 120_000, ...PROGRAMS }),
      // Every runtime with every database and store, through HTTP alone.
      project('http', { testTimeout: 120_000, hookTimeout: 180_000, ...POSTGRES }),
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'worker-node/**/*.ts', 'cli/**/*.ts'],
      reporter: ['text-summary', 'json-summary', 'lcov'],
      thresholds: Object.fromEntries(
        [
          'src/kernel/config/**',
          'src/kernel/auth/**',
          'src/kernel/rate-limits/**',
          'src/kernel/progress/**',
          'src/kernel/jobs/**',
        ].map((glob) => [glob, { lines: 100, branches: 100 }]),
      ),
    },
  },
});
