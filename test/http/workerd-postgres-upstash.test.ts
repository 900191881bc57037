import { httpSuite } from './suite.ts';

httpSuite({ runtime: 'workerd', database: 'postgres', store: 'upstash', queue: 'qstash' });
