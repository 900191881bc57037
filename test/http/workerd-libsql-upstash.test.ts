import { httpSuite } from './suite.ts';

httpSuite({ runtime: 'workerd', database: 'libsql', store: 'upstash', queue: 'http' });
