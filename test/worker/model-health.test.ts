import { expect, test } from 'vitest';
import type { EmbedderState } from '../../worker-node/embedder/embedder.ts';
import type { ModelState } from '../../worker-node/embedder/models.ts';
import { modelHealth } from '../../worker-node/roles/model-health.ts';

const stateOf = (more: Partial<EmbedderState> = {}): EmbedderState => ({
  status: 'ready',
  model: 'm',
  dimensions: 3,
  crashes: 0,
  waiting: { interactive: 0, bulk: 0, background: 0 },
  ...more,
});
const health = (states: readonly ModelState[], missing: readonly string[] = []) =>
  modelHealth({
    state: () => states,
    missing: () => missing,
    problems: () => new Map(missing.map((id) => [id, `No folder here holds ${id}`])),
  });

test('model health: two processes are one model, with the worse status and the sums of crashes and texts', () => {
  const documents = stateOf({ crashes: 2, waiting: { interactive: 0, bulk: 7, background: 1 } });
  const questions = stateOf({
    status: 'loading',
    crashes: 1,
    waiting: { interactive: 3, bulk: 0, background: 0 },
    pid: 1,
    loadMs: 5,
  });
  const { status, details } = health([{ id: 'a', state: 'active', processes: { documents, questions } }]);
  const whole = { status: 'loading', dimensions: 3, crashes: 3, waiting: { interactive: 3, bulk: 7, background: 1 } };
  expect(status).toBe('loading');
  expect(details).toEqual({
    model: { model: 'a', ...whole },
    models: [
      {
        ...{ id: 'a', state: 'active', ...whole },
        processes: { documents: { status: 'ready', crashes: 2 }, questions: { status: 'loading', crashes: 1 } },
      },
    ],
    missing_models: [],
    model_problems: {},
  });
});

test('model health: a building model that cannot be loaded or is missing leaves the worker healthy, and is named', () => {
  const failed = stateOf({ status: 'failed', message: 'The embedding model could not be loaded: bad graph' });
  const active = { id: 'a', state: 'active', processes: { documents: stateOf() } } as const;
  const { status, details } = health([active, { id: 'b', state: 'building', processes: { documents: failed } }], ['c']);
  expect(status).toBe('ok');
  expect(details).toMatchObject({
    models: [{ id: 'a' }, { id: 'b', status: 'failed', message: 'The embedding model could not be loaded: bad graph' }],
    missing_models: ['c'],
    model_problems: { c: 'No folder here holds c' },
  });
});

test('model health: a worker without the active model is failed, and says why', () => {
  const building = { id: 'b', state: 'building', processes: { documents: stateOf() } } as const;
  for (const [states, missing] of [
    [[building], ['a']],
    [[], ['a']],
  ] as const) {
    const { status, details } = health(states, missing);
    expect(status).toBe('failed');
    expect(details).toMatchObject({
      model: { status: 'failed', message: 'This worker does not have the active model' },
      missing_models: ['a'],
    });
  }
});

test('model health: before the database was read the worker is loading', () => {
  expect(health([])).toMatchObject({
    status: 'loading',
    details: { model: { status: 'loading' }, models: [], missing_models: [] },
  });
});
