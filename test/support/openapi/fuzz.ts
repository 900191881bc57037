/**
 * `npm run fuzz:openapi [-- --examples 10 --seed 1 --operation resourcesBulk --exceptions]`: Schemathesis compares the service
 * with its document, once with the master key and once as a user. `--operation` names the only operations to test, and
 * `--exceptions` shows what each exception was for. Both it and the server run in a network of loopback alone, so that no address of a generated request
 * is reached. It needs Linux and Python 3.10, and installs itself below node_modules/.cache.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { covers, EXCEPTIONS, isExpected } from './fuzz-exceptions.ts';
import { type FuzzReport, readReport } from './fuzz-report.ts';

const VERSION = '4.32.5';
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const VENV = join(ROOT, `node_modules/.cache/schemathesis-${VERSION}`);
const [PORT, WORKER_PORT] = [8000, 8001];
const BASE = `http://127.0.0.1:${PORT}`;
const PASSWORD = 'four unrelated plain words';
/** A run as the user would end the session it runs with; the run with the master key has them. */
const ENDS_SESSION = ['accountDelete', 'sessionsLogout', 'sessionsEnd', 'sessionsEndAll', 'tokensRevoke'];

const { values } = parseArgs({
  options: {
    examples: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    operation: { type: 'string', multiple: true, default: [] },
    exceptions: { type: 'boolean', default: false },
    inside: { type: 'boolean', default: false },
  },
});
for (const name of ['examples', 'seed'] as const) {
  if (!/^[1-9]\d{0,5}$/.test(values[name])) fail(`--${name} must be a whole number from 1, not ${values[name]}`);
}

for (const id of values.operation)
  if (!/^[A-Za-z]{1,100}$/.test(id)) fail(`--operation must be an operationId of the document, not ${id}`);

if (values.inside) await fuzz();
else enterEmptyNetwork();

function fail(message: string): never {
  console.error(`fuzz:openapi: ${message}`);
  process.exit(2);
}

function enterEmptyNetwork(): never {
  // A user other than root gets the right to a network of its own with a user namespace.
  const unshare = process.getuid?.() === 0 ? ['-n'] : ['-rn'];
  if (spawnSync('unshare', [...unshare, 'ip', 'link', 'set', 'lo', 'up']).status !== 0)
    fail('needs Linux with `unshare` (util-linux) and `ip` (iproute2), and the right to make a network namespace');
  install();
  const self = [process.execPath, fileURLToPath(import.meta.url), '--inside'];
  const options = ['--examples', values.examples, '--seed', values.seed, ...(values.exceptions ? ['--exceptions'] : [])];
  options.push(...values.operation.flatMap((id) => ['--operation', id]));
  const command = 'ip link set lo up && exec "$@"';
  const { status } = spawnSync('unshare', [...unshare, 'sh', '-c', command, 'sh', ...self, ...options], { stdio: 'inherit' });
  process.exit(status ?? 1);
}

function install(): void {
  if (existsSync(join(VENV, 'complete'))) return;
  const supported = spawnSync('python3', ['-c', 'import sys, venv; sys.exit(sys.version_info < (3, 10))']);
  if (supported.status !== 0) fail('needs python3, 3.10 or newer, with the module venv');
  console.log(`installing Schemathesis ${VERSION} in ${VENV}`);
  rmSync(VENV, { recursive: true, force: true });
  for (const [command = '', ...args] of [
    ['python3', '-m', 'venv', VENV],
    [join(VENV, 'bin/pip'), 'install', '--quiet', '--disable-pip-version-check', `schemathesis==${VERSION}`],
  ]) {
    if (spawnSync(command, args, { stdio: 'inherit' }).status !== 0) fail(`${command} ${args.join(' ')} failed`);
  }
  writeFileSync(join(VENV, 'complete'), '');
}

async function fuzz(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pharos-fuzz-'));
  const masterKey = randomBytes(24).toString('hex');
  const server = startServer(folder, masterKey);
  try {
    await untilHealthy(server);
    // With ENV=dev the first account is an admin.
    await register('first');
    const token = await register('user');
    const runs = [
      await run(folder, 'the master key', masterKey, []),
      await run(
        folder,
        'a user',
        token,
        ENDS_SESSION.flatMap((id) => ['--exclude-operation-id', id]),
      ),
    ];
    if (server.exitCode !== null) throw new Error(`The server ended with ${server.exitCode}`);
    process.exitCode = runs.every((passed) => passed) ? 0 : 1;
  } finally {
    server.kill('SIGTERM');
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
}

function startServer(folder: string, masterKey: string): ChildProcess {
  const many = '1000000';
  const limits = ['FREE_TIER', 'PREMIUM_TIER', 'ANONYMOUS_TIER', 'LOGIN_FAILURES', 'REGISTRATIONS'];
  return spawn(process.execPath, [join(ROOT, 'bin/api.js')], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      ENV: 'dev',
      LOG_LEVEL: 'error',
      DATA_DIR: join(folder, 'data'),
      PORT: String(PORT),
      WORKER_PORT: String(WORKER_PORT),
      PUBLIC_URL: BASE,
      MASTER_API_KEY: masterKey,
      ...Object.fromEntries(limits.map((name) => [`RATE_LIMIT_${name}`, many])),
    },
  });
}

async function untilHealthy(server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 240; attempt += 1) {
    if (server.exitCode !== null) throw new Error(`The server ended with ${server.exitCode}`);
    const health = await fetch(`${BASE}/monitoring/health`).then(
      async (response) => (await response.json()) as { status: string },
      () => undefined,
    );
    if (health?.status === 'healthy') return;
    await sleep(500);
  }
  throw new Error('The server and its worker are not healthy after two minutes');
}

/** The access token of a new account. */
async function register(username: string): Promise<string> {
  const made = await fetch(`${BASE}/auth/register`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username, email: `${username}@pharos.invalid`, password: PASSWORD }),
  });
  if (made.status !== 201) throw new Error(`POST /auth/register responded with ${made.status}: ${await made.text()}`);
  const login = await fetch(`${BASE}/auth/login`, {
    method: 'POST',
    body: new URLSearchParams({ username, password: PASSWORD }),
  });
  if (login.status !== 200) throw new Error(`POST /auth/login responded with ${login.status}: ${await login.text()}`);
  return ((await login.json()) as { access_token: string }).access_token;
}

/** Whether nothing was found that is not an exception. */
async function run(folder: string, who: string, credential: string, options: readonly string[]): Promise<boolean> {
  const reports = mkdtempSync(join(folder, 'run-'));
  // Credentials are ours: Schemathesis would register and log in by itself.
  writeFileSync(join(reports, 'schemathesis.toml'), '[auth]\nauto-signup = false\n');
  const args = [
    ...['run', `${BASE}/openapi.json`, '--max-examples', values.examples, '--seed', values.seed, '--continue-on-failure'],
    ...['--generation-database', 'none', '--no-color', '--no-shrink', '--output-sanitize', 'false'],
    ...['--report', 'ndjson', '--report-dir', reports],
    // Not in X-API-Key, which wins over the wrong tokens that Schemathesis tries.
    ...['-H', `Authorization: Bearer ${credential}`],
    ...values.operation.flatMap((id) => ['--include-operation-id', id]),
    ...options,
  ];
  const tool = spawn(join(VENV, 'bin/st'), args, { cwd: reports, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed: Buffer[] = [];
  for (const stream of [tool.stdout, tool.stderr]) stream.on('data', (chunk: Buffer) => printed.push(chunk));
  const [status] = (await once(tool, 'close')) as [number | null];
  const file = readdirSync(reports).find((name) => name.endsWith('.ndjson'));
  // 0: nothing was found; 1: failures were.
  if (!file || (status !== 0 && status !== 1))
    throw new Error(`Schemathesis ended with ${status}:\n${Buffer.concat(printed).toString('utf8').slice(-5_000)}`);
  const { requests, failures, errors } = readReport(readFileSync(join(reports, file), 'utf8'));
  const unexpected = failures.filter((failure) => !isExpected(failure));
  if (values.exceptions) showExceptions(failures);
  for (const [first, ...others] of groupsOf(unexpected)) {
    const { operation, check, status: code, message, request, body } = first;
    console.error(`${operation}: ${check}, ${code}, ${others.length + 1} times: ${message.slice(0, 300)}`);
    console.error(`  ${JSON.stringify(request.slice(0, 300))}\n  ${JSON.stringify(body.slice(0, 300))}`);
  }
  for (const error of errors) console.error(error);
  console.log(
    `as ${who}: ${requests} requests, ${unexpected.length} disagreements, ${errors.length} errors; ` +
      `${failures.length - unexpected.length} failures are exceptions (test/support/openapi/fuzz-exceptions.ts)`,
  );
  return requests > 0 && unexpected.length === 0 && errors.length === 0;
}

function showExceptions(failures: readonly Failure[]): void {
  for (const exception of EXCEPTIONS) {
    const lines = failures
      .filter((failure) => covers(exception, failure))
      .map(({ operation, status, body }) => {
        const [said = body.slice(0, 100)] = /"(?:detail|error_description|message)":"[^"]{0,100}/.exec(body) ?? [];
        return `  ${operation}: ${status} ${said}`;
      });
    console.log(`${lines.length === 0 ? 'unused' : 'used'}: ${exception.reason}`);
    for (const line of new Set(lines)) console.log(line);
  }
}

type Failure = FuzzReport['failures'][number];

/** Failures of one operation, check and status together. */
function groupsOf(failures: readonly Failure[]): [Failure, ...Failure[]][] {
  const groups = new Map<string, [Failure, ...Failure[]]>();
  for (const failure of failures) {
    const key = `${failure.operation} ${failure.check} ${failure.status}`;
    const group = groups.get(key);
    if (group) group.push(failure);
    else groups.set(key, [failure]);
  }
  return [...groups.values()];
}
