// @ts-check
/** `npm run worker`. */
import { run } from './run.js';
import { requireServerFlags } from './server-flags.js';

requireServerFlags();
await run('worker');
