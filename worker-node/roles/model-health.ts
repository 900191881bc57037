import type { EmbedderState } from '../embedder/embedder.ts';
import type { ModelSet, ModelState } from '../embedder/models.ts';
import type { HealthStatus, RoleHealth } from './role.ts';

/** The worst of several processes is the state of all. */
const WORST: readonly EmbedderState['status'][] = ['closed', 'failed', 'loading'];

/**
 * Health of a role that needs the embedding model: that of the active one, whose state is also under `model`. The details leave
 * out what only metrics and logs show.
 */
export function modelHealth({ state, missing, problems }: Pick<ModelSet, 'state' | 'missing' | 'problems'>): RoleHealth {
  const states = state();
  const active = states.find((model) => model.state === 'active');
  const absent = { status: 'failed' as const, message: 'This worker does not have the active model' };
  const whole = active ? summaryOf(active) : states.length + missing().length > 0 ? absent : { status: 'loading' as const };
  const details = { model: whole, models: states.map(detailsOf), missing_models: missing() };
  const status: HealthStatus = whole.status === 'ready' ? 'ok' : whole.status;
  return { status, details: { ...details, model_problems: Object.fromEntries(problems()) } };
}

function summaryOf({ id, processes }: ModelState) {
  const all = processesOf(processes);
  const status = WORST.find((worst) => all.some((process) => process.status === worst)) ?? 'ready';
  const message = all.find((process) => process.status === status)?.message;
  return {
    status,
    ...(message === undefined ? {} : { message }),
    model: id,
    dimensions: processes.documents.dimensions,
    crashes: all.reduce((sum, { crashes }) => sum + crashes, 0),
    waiting: {
      interactive: all.reduce((sum, { waiting }) => sum + waiting.interactive, 0),
      bulk: all.reduce((sum, { waiting }) => sum + waiting.bulk, 0),
      background: all.reduce((sum, { waiting }) => sum + waiting.background, 0),
    },
  };
}

function detailsOf(model: ModelState) {
  const { model: id, ...whole } = summaryOf(model);
  const { questions, documents } = model.processes;
  const processes = {
    documents: { status: documents.status, crashes: documents.crashes },
    ...(questions ? { questions: { status: questions.status, crashes: questions.crashes } } : {}),
  };
  return { id, state: model.state, ...whole, processes };
}

const processesOf = ({ documents, questions }: ModelState['processes']) => [documents, ...(questions ? [questions] : [])];
