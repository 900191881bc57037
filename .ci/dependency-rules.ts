/** The design's arrows as rules: runtimes -> app -> routes -> library -> kernel; worker-node and cli -> library, kernel. */
import type { ICruiseOptions, IForbiddenRuleType } from 'dependency-cruiser';

const KERNEL = '^src/kernel/';
const LIBRARY = '^src/library/';
const ROUTES = '^src/routes/';
const APP = '^src/app\\.ts$';
const RUNTIMES = '^src/runtimes/';
const DRIVERS = '^src/runtimes/drivers/';
const WORKER = '^worker-node/';
const CLI = '^cli/';
const TEST = '^(test|bench)/';

const forbid = (
  name: string,
  comment: string,
  from: IForbiddenRuleType['from'],
  to: IForbiddenRuleType['to'],
): IForbiddenRuleType => ({ name, comment, severity: 'error', from, to });

export const forbidden: IForbiddenRuleType[] = [
  forbid('no-cycles', 'A cycle means two modules are one: nobody can read or test either alone.', {}, { circular: true }),
  forbid(
    'kernel-knows-no-slice',
    'The kernel is what every slice stands on; a slice in it would make all slices depend on that one.',
    { path: KERNEL },
    { path: [LIBRARY, ROUTES, APP, RUNTIMES, WORKER, CLI] },
  ),
  forbid(
    'library-knows-kernel-only',
    'Domain verbs run under HTTP, in the worker and in the CLI alike.',
    { path: LIBRARY },
    {
      path: [ROUTES, APP, RUNTIMES, WORKER, CLI],
    },
  ),
  forbid(
    'routes-translate-only',
    'Routes turn HTTP into verbs; what assembles or runs them stands above.',
    { path: ROUTES },
    {
      path: [APP, RUNTIMES, WORKER, CLI],
    },
  ),
  forbid(
    'app-runs-anywhere',
    'The app is one for Node and Workers: a runtime may import it, never the reverse.',
    { path: APP },
    {
      path: [RUNTIMES, WORKER, CLI],
    },
  ),
  forbid(
    'runtimes-do-not-import-the-worker',
    'The worker is a process of its own: ONNX must never be loaded beside the API.',
    { path: RUNTIMES },
    {
      path: [WORKER, CLI],
    },
  ),
  forbid(
    'drivers-know-kernel-only',
    'Drivers are shared by the API, the worker and the CLI: what they import all three load.',
    { path: DRIVERS },
    { path: [LIBRARY, ROUTES, APP, WORKER, CLI, RUNTIMES], pathNot: DRIVERS },
  ),
  forbid(
    'worker-is-not-the-api',
    'worker-node -> library -> kernel; of the runtimes it shares the drivers alone.',
    { path: WORKER },
    {
      path: [ROUTES, APP, CLI, RUNTIMES],
      pathNot: DRIVERS,
    },
  ),
  forbid(
    'cli-is-not-the-api',
    'cli -> library, kernel; of the runtimes it shares the drivers alone.',
    { path: CLI },
    {
      path: [ROUTES, APP, WORKER, RUNTIMES],
      pathNot: DRIVERS,
    },
  ),
  forbid(
    'workers-load-nothing-of-node',
    'What the entry point of Workers reaches is bundled: native modules and sockets of Node do not run there.',
    { path: '^src/runtimes/cloudflare\\.ts$' },
    {
      path: [
        '^src/runtimes/node',
        'node_modules/(onnxruntime-node|ioredis|nodemailer|prom-client|undici|libsql|@hono/node-server|swagger-ui-dist)/',
      ],
      reachable: true,
    },
  ),
  forbid('product-knows-no-test', 'What ships must run without the test tree.', { pathNot: TEST }, { path: TEST }),
  forbid(
    'edge-code-is-runtime-free',
    'This code runs on Workers: what is Node-only arrives through a port. (Entry points and drivers construct it.)',
    { path: [KERNEL, LIBRARY, ROUTES, APP] },
    { dependencyTypes: ['core'] },
  ),
  forbid(
    'kernel-and-library-know-no-http-framework',
    'HTTP lives in routes alone.',
    { path: [KERNEL, LIBRARY] },
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
    { path: '^src/kernel/(ports|log|kv/key-value|db/chunk-index|jobs/publisher)\\.ts$' },
    {
      path: [
        '^src/kernel/kv/(memory|ioredis|upstash)',
        '^src/kernel/jobs/(http|qstash)-publisher',
        '^src/kernel/db/.*\\.(sqlite|postgres)',
        DRIVERS,
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
    { path: '^(src|worker-node|cli)/' },
    {
      dependencyTypes: ['npm-dev'],
      dependencyTypesNot: ['type-only'],
    },
  ),
];

export const options: ICruiseOptions = {
  doNotFollow: { path: 'node_modules' },
  tsPreCompilationDeps: true,
  tsConfig: { fileName: 'tsconfig.node.json' },
  enhancedResolveOptions: {
    exportsFields: ['exports'],
    conditionNames: ['import', 'node', 'default', 'types'],
    extensions: ['.ts', '.js', '.mjs', '.json'],
  },
  combinedDependencies: false,
};
