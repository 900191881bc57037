import { openTestLibsql } from '../support/kits/database.ts';
import { createTestLibrary } from '../support/kits/library.ts';
import { chunkIndexContract } from './chunk-index.ts';

const onServer = async () => createTestLibrary({ database: await openTestLibsql() });

chunkIndexContract('a libSQL server', ({ database }) => database.chunkIndex(), onServer);
