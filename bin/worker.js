// @ts-check
/** `npm run worker`. */
import { run } from './run.js';

await run('worker');
