// @ts-check
/** `npm start`. */
import { run } from './run.js';

await run('api');
