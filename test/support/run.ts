/**
 * `npm test`: every project, or the files that the arguments select. The run fails when a line lacks a test that needs one, when
 * a test was skipped, and when a secret that a test used appears in the output of a server. It ends with the slowest files and with
 * what failed, because CI keeps the end of a log.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { startVitest, type TestModule } from 'vitest/node';
import { findLeaks } from './kits/secrets.ts';

const filters = process.argv.slice(2);
const notes = mkdtempSync(join(tmpdir(), 'pharos-test-notes-'));
process.env.PHAROS_TEST_NOTES = notes;

/** The projects that reach every line which the thresholds are about. Counting lines costs a fifth of a test's time. */
const COVERED = ['contract', 'kernel', 'services', 'routes', 'replaced-modules'];
/** A filtered run would always miss the thresholds, which apply to the whole suite. */
const parts =
  filters.length > 0
    ? [{ coverage: false }]
    : [
        { project: COVERED, coverage: true },
        { project: COVERED.map((name) => `!${name}`), coverage: false },
      ];

/** As many as explain most of a run that has become slower. */
const SLOWEST = 15;
/** Enough for the values of a property test that was shrunk, and for its seed. */
const MESSAGE_LENGTH = 2000;

/** Each failed test of a module with its file and the beginning of its messages; the module itself where no test could begin. */
function failuresOf(module: TestModule): string[] {
  const where = `${module.project.name}: ${module.relativeModuleId}`;
  const describe = (name: string, errors: readonly { readonly message?: string }[]) => {
    const messages = errors.map(({ message = '' }) => stripVTControlCharacters(message).slice(0, MESSAGE_LENGTH));
    return [`${where}${name}`, ...messages].join('\n');
  };
  const failed: string[] = [];
  if (module.errors().length > 0) failed.push(describe('', module.errors()));
  for (const suite of module.children.allSuites())
    if (suite.errors().length > 0) failed.push(describe(` > ${suite.fullName}`, suite.errors()));
  for (const test of module.children.allTests('failed')) failed.push(describe(` > ${test.fullName}`, test.result().errors ?? []));
  return failed;
}

const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
const files: { readonly seconds: number; readonly name: string }[] = [];
const failures: string[] = [];
for (const { coverage, ...selection } of parts) {
  const vitest = await startVitest('test', filters, { run: true, watch: false, ...selection, coverage: { enabled: coverage } });
  for (const error of vitest.state.getUnhandledErrors())
    failures.push(`outside of tests\n${error instanceof Error ? error.stack : String(error)}`);
  for (const module of vitest.state.getTestModules()) {
    if (module.state() === 'failed' && [...module.children.allTests()].length === 0) counts.failed += 1;
    for (const test of module.children.allTests()) counts[test.result().state] += 1;
    failures.push(...failuresOf(module));
    const { duration, collectDuration, setupDuration } = module.diagnostic();
    const seconds = (duration + collectDuration + setupDuration) / 1000;
    files.push({ seconds, name: `${module.project.name.padEnd(26)} ${module.relativeModuleId}` });
  }
  await vitest.close();
}

const total = files.reduce((sum, { seconds }) => sum + seconds, 0);
const slowest = files.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
console.log(`\nThe slowest of ${files.length} files, in seconds and as a share of the ${total.toFixed(0)} s of all:`);
for (const { seconds, name } of slowest)
  console.log(`${seconds.toFixed(1).padStart(6)} ${((100 * seconds) / total).toFixed(1).padStart(5)} %  ${name}`);

if (failures.length > 0) console.error(`\nWhat failed:\n\n${failures.join('\n\n')}`);

const skipped = counts.skipped + counts.pending;
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${skipped} skipped`);
if (skipped > 0) console.error('The run fails because tests were skipped.');
const { secrets, bytes, leaks } = findLeaks(notes);
rmSync(notes, { recursive: true, force: true });
console.log(`${secrets} secrets looked for in ${bytes} characters of log: ${leaks} found`);
if (leaks > 0) console.error('The run fails because a secret reached a log.');
const passed = leaks === 0 && counts.passed > 0 && counts.failed === 0 && skipped === 0;
process.exit(passed ? Number(process.exitCode ?? 0) : 1);
