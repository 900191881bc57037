#!/usr/bin/env node
// @ts-check
/** `npm run pharos`, and `pharos` where the package is installed. */
import { run } from './run.js';

await run('pharos');
