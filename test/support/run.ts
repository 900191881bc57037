/**
 * `npm test`: every project with coverage, or the files that the arguments select. The run fails when a test was skipped and
 * when a secret that a test used appears in the output of a server.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startVitest } from 'vitest/node';
import { findLeaks } from './kits/secrets.ts';

const filters = process.argv.slice(2);
const notes = mkdtempSync(join(tmpdir(), 'pharos-test-notes-'));
process.env.PHAROS_TEST_NOTES = notes;
const vitest = await startVitest('test', filters, {
  run: true,
  watch: false,
  // The thresholds apply to the whole suite; a filtered run would always miss them.
  coverage: { enabled: filters.length === 0 },
});

const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
for (const module of vitest.state.getTestModules()) {
  if (module.state() === 'failed' && [...module.children.allTests()].length === 0) counts.failed += 1;
  for (const test of module.children.allTests()) counts[test.result().state] += 1;
}
await vitest.close();

const skipped = counts.skipped + counts.pending;
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${skipped} skipped`);
if (skipped > 0) console.error('The run fails because tests were skipped.');
const { secrets, bytes, leaks } = findLeaks(notes);
rmSync(notes, { recursive: true, force: true });
console.log(`${secrets} secrets looked for in ${bytes} characters of log: ${leaks} found`);
if (leaks > 0) console.error('The run fails because a secret reached a log.');
const passed = leaks === 0 && counts.passed > 0 && counts.failed === 0 && skipped === 0;
process.exit(passed ? Number(process.exitCode ?? 0) : 1);
