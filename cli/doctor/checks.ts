/** The checks of `pharos doctor` after the configuration, in the order in which they are shown. */
import type { Check } from './check.ts';
import { databaseCheck } from './database.ts';
import { folderCheck } from './folder.ts';
import { languagesCheck } from './languages.ts';
import { modelsCheck } from './models.ts';
import { storeCheck } from './store.ts';
import { workerCheck } from './worker.ts';

export const CHECKS: readonly Check[] = [databaseCheck, storeCheck, workerCheck, folderCheck, modelsCheck, languagesCheck];
