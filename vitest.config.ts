import { defineConfig } from 'vitest/config';
import { patchPackages } from './build/patch-packages.js';
import LongestFirst from './test/support/setup/longest-first.ts';

patchPackages();

const project = (name: string, options: Record<string, unknown> = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    // Guards against a test that hangs. No test measures time, so a busy machine makes it slower and not wrong.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000, interval: 20 } },
    ...options,
  },
});

/** Files that keep no state in modules share a process: loading everything again for each takes longer than its tests. */
const SHARED = { isolate: false };

const setup = (...names: ('programs' | 'bundle' | 'postgres')[]) => ({
  globalSetup: names.map((name) => `test/support/setup/${name}.ts`),
});
const ON_POSTGRES = { env: { PHAROS_TEST_DATABASE: 'postgres' } };

/** Files that run on SQLite and again on PostgreSQL, by project: those that use a database. */
const USES_DATABASE: Record<string, string[]> = {
  kernel: [
    'test/kernel/{auth,db,jobs,progress}/**/*.test.ts',
    'test/kernel/worker-client/{http-publisher,progress-reporter,qstash-publisher}.test.ts',
  ],
  services: ['test/services/**/*.test.ts'],
  routes: ['test/routes/**/*.test.ts'],
  runtimes: ['test/runtimes/end-to-end.test.ts'],
  faults: ['test/faults/**/*.test.ts'],
  worker: [
    'test/worker/{pipeline,pipeline-faults,job-handler,graph,taxonomy,categorise-job,quality,embedding-stage,ingestion,callbacks,qstash,random-kills,registries,embed-job,embed-job-interleavings,library-history}.test.ts',
    'test/worker/search/{answer-question,search-role}.test.ts',
    'test/worker/search/libraries/**/*.test.ts',
  ],
};
const onPostgres = (name: string, options = {}) =>
  project(`${name}-postgres`, { include: USES_DATABASE[name], ...ON_POSTGRES, ...setup('postgres'), ...options });

/** Files about HTTP alone: what they find does not depend on the database. */
const HTTP_ALONE = [
  'test/routes/{app,cors,docs,mount,openapi,public-paths,client-address,browser-pages,browser-session,auth-document}.test.ts',
  'test/routes/{auth-options,authorize-page,oauth-start,oauth-assistant,openid-providers,protected-resources,scopes}.test.ts',
  'test/routes/{embeddings,mcp-credentials,mcp-tools,metrics,open-streams,progress,progress-document,progress-events}.test.ts',
  'test/routes/{progress-events-server,rate-limit,redis,request-bounds}.test.ts',
];

/** Files that replace a module for the whole process: they run in a process each. */
const REPLACES_MODULES = ['test/worker/registries.test.ts'];

/** Files that run on a libSQL server too. It executes SQLite's SQL, so these are the ones that write, search, or do all of it. */
const ON_LIBSQL = [
  'test/kernel/auth/{accounts,change-password,credentials-epoch,oauth,revocations}.test.ts',
  'test/kernel/db/{resources,constraint-errors,leases}.test.ts',
  'test/kernel/jobs/relay.test.ts',
  'test/kernel/progress/tracker.test.ts',
  'test/services/{backlog,create-resource,models,resources,search}.test.ts',
  'test/worker/{pipeline,job-handler,embed-job,embed-job-interleavings}.test.ts',
  'test/routes/{search,store-failures}.test.ts',
  'test/runtimes/end-to-end.test.ts',
];

/**
 * Files that run on a SQLite file in a thread too, as the worker holds it. test/contract/sqlite-client.thread shows that the thread
 * behaves as the file does, so these are the ones with many transactions at a time.
 */
const ON_SQLITE_THREAD = [
  'test/contract/chunk-index.sqlite.test.ts',
  'test/kernel/auth/credentials-epoch.test.ts',
  'test/kernel/db/{resources,constraint-errors,leases,library-changes,library-rows}.test.ts',
  'test/kernel/jobs/relay.test.ts',
  'test/kernel/progress/tracker.test.ts',
  'test/services/{backlog,create-resource,resources,search}.test.ts',
  'test/worker/{pipeline,pipeline-faults,job-handler}.test.ts',
  'test/routes/{search,store-failures}.test.ts',
];

export default defineConfig({
  test: {
    // Most files wait for servers and processes of their own, so one at a time would leave the machine idle.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    globalSetup: 'test/support/setup/run-folder.ts',
    projects: [
      project('contract', { ...SHARED, ...setup('programs') }),
      project('kernel', SHARED),
      project('services', SHARED),
      project('routes', { ...SHARED, ...setup('programs') }),
      project('client', setup('bundle')),
      project('console', { ...SHARED, ...setup('bundle') }),
      project('worker', { ...SHARED, exclude: REPLACES_MODULES, ...setup('bundle') }),
      project('replaced-modules', { include: REPLACES_MODULES }),
      project('runtimes', setup('programs', 'bundle')),
      project('faults', setup('bundle')),
      // The same tests on a real PostgreSQL, and those that are about PostgreSQL alone.
      ...['kernel', 'services'].map((name) => onPostgres(name, SHARED)),
      onPostgres('routes', { ...SHARED, exclude: HTTP_ALONE, ...setup('programs', 'postgres') }),
      onPostgres('worker', { ...SHARED, exclude: REPLACES_MODULES, ...setup('bundle', 'postgres') }),
      project('replaced-modules-postgres', { include: REPLACES_MODULES, ...ON_POSTGRES, ...setup('postgres') }),
      onPostgres('runtimes', setup('bundle', 'postgres')),
      onPostgres('faults', setup('bundle', 'postgres')),
      project('postgres', { ...SHARED, ...ON_POSTGRES, ...setup('bundle', 'postgres') }),
      // The same tests on a libSQL server, as Turso runs it.
      project('libsql', {
        ...SHARED,
        include: ON_LIBSQL,
        env: { PHAROS_TEST_DATABASE: 'libsql' },
        ...setup('programs', 'bundle'),
      }),
      project('sqlite-thread', {
        ...SHARED,
        include: ON_SQLITE_THREAD,
        env: { PHAROS_TEST_DATABASE: 'sqlite-thread' },
        ...setup('programs', 'bundle'),
      }),
      // Every runtime, database and store, through HTTP alone.
      project('http', setup('programs', 'bundle', 'postgres')),
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'json-summary', 'lcov'],
      // What decides about access, limits, settings and the life of a job has no line or branch without a test.
      thresholds: Object.fromEntries(
        [
          'src/kernel/{config,auth,rate-limits,progress,jobs}/**',
          'src/kernel/core/{backoff,keys,retry-after}.ts',
          'src/kernel/db/leases.ts',
          'src/kernel/worker-client/{http-publisher,progress-reporter,qstash-publisher,signatures}.ts',
          'src/kernel/model/{actor,job-kinds,job-messages,sliding-window,stage-version,stages}.ts',
          'src/services/accounts/{accounts,administer,change-password,check-password,oauth-accounts}.ts',
        ].map((glob) => [glob, { lines: 100, branches: 100 }]),
      ),
    },
  },
});
