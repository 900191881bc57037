/** GET /openapi.json: the description of this server. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Config } from '../../kernel/config/config.ts';
import type { AppEnv } from '../env.ts';
import { registerNamedSchemas } from '../named-schemas.ts';
import { createRouter, defineRoute, describeOnly, json, securityOf } from '../router.ts';
import { TAGS } from '../tags.ts';
import { VERSION } from '../version.ts';
import { securitySchemes } from './security-schemes.ts';

const openapi = defineRoute({
  method: 'get',
  path: '/openapi.json',
  description: 'This document. It describes what this server serves to others; calls between its own parts are left out.',
  responses: { 200: json('An OpenAPI 3.1 document', z.looseObject({ openapi: z.string() })) },
});

export interface OpenApiDependencies {
  readonly config: Pick<Config, 'publicUrl'>;
  /** The app to describe; read at the first request, when all routes are registered. */
  readonly described: () => OpenAPIHono<AppEnv>;
}

export function createOpenApiRoutes({ config, described }: OpenApiDependencies) {
  let document: string | undefined;
  const router = createRouter();
  describeOnly(router, openapi);
  return router.get(openapi.path, (c) => {
    document ??= JSON.stringify(describe(described(), config.publicUrl));
    return c.body(document, 200, { 'Content-Type': 'application/json' });
  });
}

function describe(app: OpenAPIHono<AppEnv>, publicUrl: string) {
  registerNamedSchemas(app);
  for (const [name, scheme] of Object.entries(securitySchemes(publicUrl)))
    app.openAPIRegistry.registerComponent('securitySchemes', name, scheme);
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Pharos',
      version: VERSION,
      description:
        'A knowledge service for the edge: send it a document, watch five stages process it live, find it by meaning. ' +
        'Errors are RFC 9457 problem details. Every path is also served below `/api`.',
      contact: { name: 'The operator of this server', url: publicUrl },
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    servers: [{ url: publicUrl }],
    security: securityOf(null),
    tags: [...TAGS],
  });
}
