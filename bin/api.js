// @ts-check
/** `npm start`. */
import { run } from './run.js';
import { requireServerFlags } from './server-flags.js';

requireServerFlags();
await run('api');
