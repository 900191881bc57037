/**
 * The arrows of docs/architecture.md as rules: runtimes -> app -> routes -> services -> kernel; worker-node -> services ->
 * kernel; runtimes, worker-node and cli -> context, adapters.
 */
import type { ICruiseOptions, IForbiddenRuleType } from 'dependency-cruiser';

const KERNEL = '^src/kernel/';
const SERVICES = '^src/services/';
const ROUTES = '^src/routes/';
const APP = '^src/app\\.ts$';
const CONTEXT = '^src/context\\.ts$';
const ADAPTERS = '^src/adapters/';
const RUNTIMES = '^src/runtimes/';
const WORKER = '^worker-node/';
const CLI = '^cli/';
const CLIENTS = '^clients/';
const CONSOLE = '^console/';
const TEST = '^(test|bench)/';

/** The kernel's folders from the ground up, each with what it is for. A folder imports from those before it. */
const FLOORS: readonly (readonly [folder: string, purpose: string])[] = [
  ['core', 'holds tools without a subject'],
  ['config', 'turns the environment into settings'],
  ['model', 'holds the shared vocabulary, without input or output'],
  ['search', 'reads what people type into a search, and names what is asked and answered'],
  ['db', 'holds the queries'],
  ['kv', 'holds the key-value port and its adapters'],
  ['rate-limits', 'decides limits over a store'],
  ['jobs', 'moves jobs from the outbox to a queue'],
  ['progress', 'records and publishes progress'],
  ['webhooks', 'signs what leaves and checks what arrives'],
  ['auth', 'issues and verifies credentials'],
  ['worker-client', 'speaks to the worker over HTTP'],
];

const forbid = (
  name: string,
  comment: string,
  from: IForbiddenRuleType['from'],
  to: IForbiddenRuleType['to'],
): IForbiddenRuleType => ({ name, comment, severity: 'error', from, to });

export const forbidden: IForbiddenRuleType[] = [
  forbid('no-cycles', 'A cycle means two modules are one: neither can be read or tested alone.', {}, { circular: true }),
  ...FLOORS.map(([folder, purpose], index) =>
    forbid(
      `kernel-floor-${folder}`,
      `kernel/${folder} ${purpose}; it may import only ${
        index === 0
          ? 'packages'
          : FLOORS.slice(0, index)
              .map(([below]) => below)
              .join(', ')
      }. An arrow upwards would close a circle between folders.`,
      { path: `^src/kernel/${folder}/` },
      { path: FLOORS.slice(index + 1).map(([above]) => `^src/kernel/${above}/`) },
    ),
  ).filter(({ to }) => (to.path?.length ?? 0) > 0),
  forbid(
    'kernel-has-floors-only',
    'Every file of the kernel stands on one of its floors: a file beside them could import in any direction.',
    {},
    { path: KERNEL, pathNot: FLOORS.map(([folder]) => `^src/kernel/${folder}/`) },
  ),
  forbid(
    'kernel-knows-no-subject',
    'The kernel is what every subject stands on; a subject in it would make all others depend on that one.',
    { path: KERNEL },
    { path: [SERVICES, ROUTES, APP, CONTEXT, ADAPTERS, RUNTIMES, WORKER, CLI] },
  ),
  forbid(
    'services-know-kernel-only',
    'Services run under HTTP, in the worker and on the command line alike.',
    { path: SERVICES },
    { path: [ROUTES, APP, CONTEXT, ADAPTERS, RUNTIMES, WORKER, CLI] },
  ),
  forbid(
    'routes-translate-only',
    'Routes translate HTTP into calls of services; what assembles or runs them stands above.',
    { path: ROUTES },
    { path: [APP, CONTEXT, ADAPTERS, RUNTIMES, WORKER, CLI] },
  ),
  forbid(
    'app-runs-anywhere',
    'The app is one for Node and Workers: a runtime imports it, never the reverse.',
    { path: APP },
    { path: [CONTEXT, ADAPTERS, RUNTIMES, WORKER, CLI] },
  ),
  forbid(
    'context-is-for-entry-points',
    'src/context.ts is the one composition root: entry points call it, and everything else receives what it made.',
    { path: [KERNEL, SERVICES, ROUTES, APP, ADAPTERS] },
    { path: CONTEXT },
  ),
  forbid(
    'context-constructs-no-client',
    'Clients and drivers reach the context as adapters, so that it runs on every runtime.',
    { path: CONTEXT },
    { path: [ADAPTERS, RUNTIMES, ROUTES, APP, WORKER, CLI] },
  ),
  forbid(
    'runtimes-do-not-import-the-worker',
    'The worker is a process of its own: ONNX must never be loaded beside the API.',
    { path: RUNTIMES },
    { path: [WORKER, CLI] },
  ),
  forbid(
    'adapters-know-kernel-only',
    'Adapters are shared by the API, the worker and the command line: all three load what they import.',
    { path: ADAPTERS },
    { path: [SERVICES, ROUTES, APP, CONTEXT, RUNTIMES, WORKER, CLI] },
  ),
  forbid(
    'worker-is-not-the-api',
    'worker-node imports services, kernel, adapters and the context; routes and runtimes belong to the API.',
    { path: WORKER },
    { path: [ROUTES, APP, CLI, RUNTIMES] },
  ),
  forbid(
    'cli-is-not-the-api',
    'cli imports services, clients, kernel, adapters and the context; routes and runtimes belong to the API.',
    { path: CLI },
    { path: [ROUTES, APP, WORKER, RUNTIMES] },
  ),
  forbid(
    'clients-stand-alone',
    'A client is a package of its own: it knows Pharos by its HTTP contract alone.',
    { path: CLIENTS },
    { pathNot: [CLIENTS, 'node_modules/'] },
  ),
  forbid(
    'clients-run-anywhere',
    'The client runs in browsers and on Workers, too.',
    { path: CLIENTS },
    { dependencyTypes: ['core'] },
  ),
  forbid(
    'console-speaks-through-the-client',
    'The console runs in browsers and calls Pharos as any program does: what it needs beyond that is missing in the client.',
    { path: '^console/src/' },
    { pathNot: [CONSOLE, '^clients/typescript/src/index\\.ts$', 'node_modules/'] },
  ),
  forbid(
    'screens-stand-side-by-side',
    'A screen is loaded when it is opened: what two of them share is a part of the kit or a module of `api`.',
    { path: '^console/src/screens/([^/]+)/' },
    { path: '^console/src/screens/', pathNot: '^console/src/screens/$1/' },
  ),
  forbid(
    'parts-know-no-screen',
    'Parts of the kit and `api` are what screens are made of.',
    { path: '^console/src/(parts|api)/' },
    { path: '^console/src/(screens|app)/' },
  ),
  forbid(
    'clients-are-for-users',
    'Only the command line and the console call Pharos as a user does.',
    { pathNot: [CLI, CLIENTS, CONSOLE, TEST] },
    { path: CLIENTS },
  ),
  forbid(
    'workers-load-nothing-of-node',
    'What the entry point of Workers reaches is bundled: native modules and sockets of Node do not run there.',
    { path: '^src/runtimes/cloudflare\\.ts$' },
    {
      path: [
        '^src/runtimes/node',
        'node_modules/(onnxruntime-node|ioredis|nodemailer|prom-client|undici|libsql|@hono/node-server)/',
      ],
      reachable: true,
    },
  ),
  forbid('product-knows-no-test', 'What ships must run without the test tree.', { pathNot: TEST }, { path: TEST }),
  forbid(
    'edge-code-is-runtime-free',
    'This code runs on Workers: what is Node-only arrives through a port. (Entry points and drivers construct it.)',
    { path: [KERNEL, SERVICES, ROUTES, APP, CONTEXT] },
    { dependencyTypes: ['core'] },
  ),
  forbid(
    'kernel-and-services-know-no-http-framework',
    'HTTP lives in routes alone.',
    { path: [KERNEL, SERVICES] },
    {
      path: 'node_modules/(hono|@hono)/',
    },
  ),
  forbid(
    'onnx-in-the-embedder-only',
    'run() blocks its thread: only the inference process may load onnxruntime.',
    // The bench measures the machine itself with it.
    { pathNot: '^(worker-node/embedder/|bench/embedding)' },
    {
      path: 'node_modules/onnxruntime-node/',
    },
  ),
  forbid(
    'a-port-never-imports-its-adapter',
    'Adapters know their port, not the reverse.',
    { path: '^src/kernel/(core/(ports|log|mail|metrics)|kv/key-value|rate-limits/store|db/chunk-index|jobs/publisher)\\.ts$' },
    {
      path: [
        '^src/kernel/kv/(memory|ioredis|upstash)',
        '^src/kernel/rate-limits/(memory|redis|upstash)-store',
        '^src/kernel/worker-client/(http|qstash)-publisher',
        '^src/kernel/db/.*\\.(sqlite|postgres)',
        ADAPTERS,
      ],
    },
  ),
  // The bench copies its peers to where it installs what they import.
  forbid(
    'no-unresolvable',
    'An import that does not resolve fails at run time.',
    { pathNot: '^bench/api/peers/' },
    { couldNotResolve: true, pathNot: '^cloudflare:' },
  ),
  forbid(
    'no-dev-dependency-in-the-product',
    'npm ci --omit=dev must leave a system that starts.',
    { path: '^(src|worker-node|cli|clients)/' },
    {
      dependencyTypes: ['npm-dev'],
      dependencyTypesNot: ['type-only'],
    },
  ),
];

export const options: ICruiseOptions = {
  doNotFollow: { path: 'node_modules' },
  // What the bundler makes of modules is no design of ours.
  exclude: { path: '^console/dist/' },
  tsPreCompilationDeps: true,
  tsConfig: { fileName: 'tsconfig.node.json' },
  enhancedResolveOptions: {
    exportsFields: ['exports'],
    conditionNames: ['import', 'node', 'default', 'types'],
    extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
  },
  combinedDependencies: false,
};
