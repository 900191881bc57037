/** Orders test files: the longest first, so that no long file runs alone at the end; the others stay with their project. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files of more than 15 s, by measurement on two cores; a path here stands for everything that begins with it. */
const LONGEST = [
  // Those that keep both cores busy and those that wait, in turns.
  'test/http/workerd-libsql',
  'test/worker/random-kills',
  'test/http/workerd-postgres',
  'test/http/node',
  'test/faults',
  'test/runtimes/cloudflare',
  'test/postgres/server',
  'test/runtimes/end-to-end',
  'test/runtimes/regular-expressions',
  'test/runtimes/upgrade-model',
  'test/runtimes/bundle',
  'test/runtimes/cli',
  'test/runtimes/libsql-cli',
  'test/postgres/pgvector',
  'test/postgres/backup',
  'test/worker/extract',
  'test/runtimes/models',
];

const rank = ({ moduleId }: TestSpecification) => {
  const place = LONGEST.findIndex((path) => moduleId.includes(`/${path}`));
  return place === -1 ? LONGEST.length : place;
};

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
