/** How requests prove who sends them, as the OpenAPI document says it. */
import type { Scope } from '../../kernel/model/actor.ts';

const SCOPE_DESCRIPTIONS: Readonly<Record<Scope, string>> = {
  'resources:read': 'Read documents, their progress and what was found in them',
  'resources:write': 'Add, change and process documents',
  'resources:delete': 'Delete documents; part of resources:write but for connected apps',
  search: 'Search documents, and use the embedding model',
  admin: 'Administer accounts, jobs and models',
};

export const securitySchemes = (publicUrl: string) => ({
  oauth2: {
    type: 'oauth2' as const,
    description: 'An access token with the scope that the operation names',
    flows: {
      password: {
        tokenUrl: `${publicUrl}/auth/login`,
        refreshUrl: `${publicUrl}/auth/refresh`,
        scopes: { ...SCOPE_DESCRIPTIONS },
      },
    },
  },
  bearer: {
    type: 'http' as const,
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The same access token, or a personal API key where the operation takes API keys',
  },
  apiKey: {
    type: 'apiKey' as const,
    in: 'header' as const,
    name: 'X-API-Key',
    description: 'A personal API key, or the master key',
  },
});
