/** The worker answers, has loaded its models, and has the folders of all models. */
import { z } from 'zod';
import { type Check, failed, ok, warning } from './check.ts';

const WAIT_MS = 3000;

/** Lenient: the worker may be of another version. */
const healthSchema = z.looseObject({
  status: z.string(),
  models: z.array(z.looseObject({ id: z.string(), status: z.string().optional() })).optional(),
  missing_models: z.array(z.string()).optional(),
  model_problems: z.record(z.string(), z.string()).optional(),
});

export const workerCheck: Check = {
  name: 'worker',
  run: async ({ config, fetch }) => {
    const address = `${config.worker.url}/health`;
    let body: unknown;
    try {
      body = await (await fetch(address, { signal: AbortSignal.timeout(WAIT_MS) })).json();
    } catch {
      const start = config.worker.external ? 'start it there, or correct WORKER_URL' : '"npm start" starts it';
      return failed(`no worker answers at ${address}: ${start}; documents wait, and searches are by words`);
    }
    const parsed = healthSchema.safeParse(body);
    if (!parsed.success) return failed(`${address} does not respond as a worker does: correct WORKER_URL`);
    const { status, models = [], missing_models: missing = [], model_problems: problems = {} } = parsed.data;
    const reasons = Object.values(problems).join('; ');
    if (status === 'loading') return warning(`the worker at ${config.worker.url} is loading its model: wait a moment`);
    if (status !== 'ok') return failed(`the worker at ${config.worker.url} is ${status}: ${reasons || 'its log says why'}`);
    if (reasons !== '') return warning(`the worker at ${config.worker.url} answers; ${reasons}`);
    if (missing.length > 0) {
      return warning(`the worker lacks the folder of ${missing.join(', ')}: pull it there, or copy it into DATA_DIR/models`);
    }
    const loaded = models.map((model) => `${model.id}${model.status === undefined ? '' : ` (${model.status})`}`);
    return ok([`${config.worker.url} answers`, ...loaded].join(', '));
  },
};
