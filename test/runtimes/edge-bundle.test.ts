/** The bundle that `wrangler deploy` uploads: its content and size. `npm run bench:startup` measures its start. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WRANGLER = join(ROOT, 'node_modules/.bin/wrangler');

/** The packages that the edge needs. Before adding one, find out what imports it, and its size. */
const PACKAGES = [
  '@asteasolutions/zod-to-openapi',
  '@hono/zod-openapi',
  '@hono/zod-validator',
  '@libsql/client',
  '@libsql/core',
  '@libsql/hrana-client',
  '@libsql/isomorphic-ws',
  '@logtape/logtape',
  '@logtape/redaction',
  '@oslojs/binary',
  '@oslojs/crypto',
  '@oslojs/encoding',
  '@remix-run/headers',
  '@remix-run/multipart-parser',
  '@stablelib/base64',
  '@upstash/qstash',
  '@upstash/redis',
  'arctic',
  'bcryptjs',
  'drizzle-orm',
  'fast-sha256',
  'hono',
  'ipaddr.js',
  'jose',
  'js-base64',
  'neverthrow',
  'postgres',
  'promise-limit',
  'standardwebhooks',
  'uncrypto',
  'uuidv7',
  'zod',
];
const MAX_GZIPPED_BYTES = 400_000;

interface Metafile {
  readonly outputs: Record<string, { readonly inputs: Record<string, { readonly bytesInOutput: number }> }>;
}

let folder: string;
let bundle: string;
let printed: string;
let inputs: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pharos-bundle-'));
  const metafile = join(folder, 'meta.json');
  const { stdout } = await run(WRANGLER, ['deploy', '--dry-run', '--outdir', folder, '--metafile', metafile], { cwd: ROOT });
  printed = stdout;
  bundle = join(folder, 'cloudflare.js');
  const { outputs } = JSON.parse(await readFile(metafile, 'utf8')) as Metafile;
  const [, output] = Object.entries(outputs).find(([name]) => name.endsWith('cloudflare.js')) ?? [];
  inputs = Object.entries(output?.inputs ?? {}).flatMap(([name, { bytesInOutput }]) => (bytesInOutput > 0 ? [name] : []));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const packageOf = (input: string) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];

test('edge bundle: wrangler builds it with the bindings that the runtime requires', () => {
  expect(printed).toContain('PROGRESS_HUB');
  expect(printed).toContain('env.ASSETS');
});

test('edge bundle: contains only the listed packages', () => {
  const packages = new Set(inputs.map(packageOf).filter((name) => name !== undefined));
  expect([...packages].filter((name) => !PACKAGES.includes(name) && !name.startsWith('@cloudflare/'))).toEqual([]);
});

test('edge bundle: contains no code that runs on Node only', () => {
  const ours = inputs.filter((name) => packageOf(name) === undefined);
  expect(ours.length).toBeGreaterThan(100);
  expect(ours.filter((name) => /^(?:worker-node|cli|test)\/|src\/runtimes\/node/.test(name))).toEqual([]);
  expect(inputs.filter((name) => name.endsWith('.node') || name.endsWith('.wasm'))).toEqual([]);
});

test("edge bundle: contains zod's texts in English alone", () => {
  const locales = inputs.filter((name) => name.includes('zod/v4/locales/'));
  expect(locales.map((name) => name.slice(name.lastIndexOf('/') + 1))).toEqual(['en.js']);
});

test("edge bundle: contains neither zod's compiler nor its reading of JSON Schema", () => {
  expect(inputs.filter((name) => /\/(?:compile|from-json-schema)\.js$/.test(name))).toEqual([]);
  expect(inputs.some((name) => name.endsWith('zod/v4/core/schemas.js'))).toBe(true);
});

test('edge bundle: is smaller than 400 KB gzipped', async () => {
  expect(gzipSync(await readFile(bundle), { level: 6 }).length).toBeLessThan(MAX_GZIPPED_BYTES);
});
