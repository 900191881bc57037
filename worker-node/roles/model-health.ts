import type { Embedder } from '../embedder/embedder.ts';
import type { RoleHealth } from './role.ts';

/** Health of a role that needs the embedding model. The details leave out what only metrics and logs show. */
export function modelHealth({ state }: Pick<Embedder, 'state'>): RoleHealth {
  const { pid: _pid, loadMs: _ms, memoryBytes: _bytes, ...model } = state();
  return { status: model.status === 'ready' ? 'ok' : model.status, details: { model } };
}
