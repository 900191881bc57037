/** The `embeddings` role: the model over HTTP, in OpenAI's protocol and in text-embeddings-inference's. */
import { createEmbeddingsRoutes, type EmbeddingsRoutesDependencies } from '../http/embeddings/routes.ts';
import { modelHealth } from './model-health.ts';
import type { Role } from './role.ts';

export type EmbeddingsRoleContext = EmbeddingsRoutesDependencies;

export function createEmbeddingsRole(context: EmbeddingsRoleContext): Role {
  return {
    routes: createEmbeddingsRoutes(context),
    health: () => modelHealth(context.models),
    // The models are shared with the jobs role; the context closes them.
    stop: async () => {},
  };
}
