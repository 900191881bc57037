import { openSqliteWritingInThread } from '../../src/adapters/sqlite-thread.ts';
import { sqliteClientContract } from './sqlite-client.ts';

sqliteClientContract('that writes in a thread of its own', openSqliteWritingInThread);
