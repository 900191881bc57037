import { openTestLibsql } from '../support/kits/database.ts';
import { createTestLibrary } from '../support/kits/library.ts';
import { chunkIndexContract } from './chunk-index.ts';

const onServer = async () => createTestLibrary({ database: await openTestLibsql() });

chunkIndexContract('a libSQL server, exact scan', ({ database }) => database.chunkIndex(), onServer);
chunkIndexContract(
  'a libSQL server, candidates by quantised codes',
  ({ database }) => database.chunkIndex({ annThreshold: 0 }),
  onServer,
);
