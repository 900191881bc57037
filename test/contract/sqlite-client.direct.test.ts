import { openSqliteFile } from '../../src/adapters/sqlite.ts';
import { sqliteClientContract } from './sqlite-client.ts';

sqliteClientContract('in the process’s own thread', openSqliteFile);
