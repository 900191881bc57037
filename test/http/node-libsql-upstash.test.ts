import { httpSuite } from './suite.ts';

httpSuite({ runtime: 'node', database: 'libsql', store: 'upstash', queue: 'qstash' });
