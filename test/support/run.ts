/**
 * `npm test`: every project with coverage, or what the arguments filter. A skipped test fails the run:
 * whoever reads "passed" may rely on everything having run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { startVitest } from 'vitest/node';
import { migratePostgres } from '../../src/adapters/migrate-postgres.ts';
import { TEMPLATE } from './kits/database.ts';
import { findLeaks } from './kits/secrets.ts';
import { startPostgres } from './servers/postgres.ts';
import { redisServer } from './servers/redis.ts';

// Once and before everything: test files run side by side, and two installations at a time fail.
redisServer();
const server = await startPostgres();
process.env.PHAROS_TEST_POSTGRES = server.url;
await prepareTemplate(server.url);

const filters = process.argv.slice(2);
const notes = mkdtempSync(join(tmpdir(), 'pharos-test-notes-'));
process.env.PHAROS_TEST_NOTES = notes;
const vitest = await startVitest('test', filters, {
  run: true,
  watch: false,
  // Thresholds hold for the whole suite only; a filtered run would always fall short of them.
  coverage: { enabled: filters.length === 0 },
});

const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
for (const module of vitest.state.getTestModules()) {
  if (module.state() === 'failed' && [...module.children.allTests()].length === 0) counts.failed += 1;
  for (const test of module.children.allTests()) counts[test.result().state] += 1;
}
await vitest.close();
await server.close();

console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped + counts.pending} skipped`);
if (counts.skipped + counts.pending > 0) console.error('A skipped test is a failed promise: this run does not count as passed.');
const { secrets, bytes, leaks } = findLeaks(notes);
rmSync(notes, { recursive: true, force: true });
console.log(`${secrets} secrets looked for in ${bytes} characters of log: ${leaks} found`);
if (leaks > 0) console.error('A secret reached a log.');
const complete = leaks === 0 && counts.passed > 0 && counts.failed === 0 && counts.skipped + counts.pending === 0;
process.exit(complete ? Number(process.exitCode ?? 0) : 1);

async function prepareTemplate(url: string): Promise<void> {
  const admin = postgres(url, { max: 1 });
  await admin.unsafe(`create database ${TEMPLATE}`);
  await admin.end();
  await migratePostgres({ url: url.replace(/\/postgres$/, `/${TEMPLATE}`), sslMode: 'disable' });
}
