import { httpSuite } from './suite.ts';

httpSuite({ runtime: 'node', database: 'postgres', store: 'upstash', queue: 'qstash' });
