/** What this server is to OAuth clients: an authorization server (RFC 8414) and protected resources (RFC 9728). */
import { z } from '@hono/zod-openapi';
import type { Config } from '../../kernel/config/config.ts';
import { GRANTABLE_SCOPES } from '../../kernel/model/actor.ts';
import { MCP_PATH, mcpResource } from '../../kernel/model/protected-resources.ts';
import { createRouter, defineRoute, json } from '../router.ts';

const SERVER = '/.well-known/oauth-authorization-server';
const RESOURCE = '/.well-known/oauth-protected-resource';

const DESCRIPTION = 'What OAuth clients need to know to get a token here, and where they send it.';

const documentRoute = <P extends string>(path: P, members: z.ZodObject) =>
  defineRoute({ method: 'get', path, description: DESCRIPTION, responses: { 200: json('Metadata', members) } });

const server = z.looseObject({ issuer: z.url() });
const resource = z.looseObject({ resource: z.url() });

const CACHED = { 'Cache-Control': 'public, max-age=300' };

export function createMetadataRoutes({ config }: { readonly config: Pick<Config, 'publicUrl' | 'auth'> }) {
  const { publicUrl, auth } = config;
  const router = createRouter();

  const serverMetadata = {
    issuer: auth.issuer,
    authorization_endpoint: `${publicUrl}/oauth/authorize`,
    token_endpoint: `${publicUrl}/oauth/token`,
    registration_endpoint: `${publicUrl}/oauth/register`,
    revocation_endpoint: `${publicUrl}/auth/revoke`,
    introspection_endpoint: `${publicUrl}/auth/introspect`,
    jwks_uri: `${publicUrl}/.well-known/jwks.json`,
    grant_types_supported: ['authorization_code', 'refresh_token'],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    token_endpoint_auth_methods_supported: ['none'],
    revocation_endpoint_auth_methods_supported: ['none'],
    scopes_supported: [...GRANTABLE_SCOPES],
    protected_resources: [publicUrl, mcpResource(publicUrl)],
    service_documentation: `${publicUrl}/docs`,
  };

  const resourceMetadata = (path: string, name: string) => ({
    resource: publicUrl + path,
    resource_name: name,
    authorization_servers: [auth.issuer],
    scopes_supported: [...GRANTABLE_SCOPES],
    bearer_methods_supported: ['header'],
    resource_documentation: `${publicUrl}/docs`,
  });

  // Clients of assistants look for both below the path of their endpoint first.
  for (const path of [SERVER, `${SERVER}${MCP_PATH}`] as const) {
    router.openapi(documentRoute(path, server), (c) => c.json(serverMetadata, 200, CACHED));
  }
  router.openapi(documentRoute(RESOURCE, resource), (c) => c.json(resourceMetadata('', 'Pharos'), 200, CACHED));
  router.openapi(documentRoute(`${RESOURCE}${MCP_PATH}`, resource), (c) =>
    c.json(resourceMetadata(MCP_PATH, 'Pharos for assistants'), 200, CACHED),
  );
  return router;
}
