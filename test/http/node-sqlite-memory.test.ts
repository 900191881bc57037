import { httpSuite } from './suite.ts';

httpSuite({ runtime: 'node', database: 'sqlite', store: 'memory', queue: 'http' });
