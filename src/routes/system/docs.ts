/** GET /openapi.json and GET /docs: the contract for machines, and Swagger UI over it from our own files. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Config } from '../../kernel/config/config.ts';
import type { AppEnv } from '../env.ts';
import { pagePolicy } from '../middleware/security-headers.ts';
import { createRouter, json } from '../router.ts';
import type { Runtime } from '../runtime.ts';
import { VERSION } from '../version.ts';

const TAGS = [
  { name: 'Authentication', description: 'Accounts, tokens and sessions' },
  { name: 'Resources', description: 'Documents: send, list, change, delete' },
  { name: 'Progress', description: 'The five stages of a document, live' },
  { name: 'Webhooks', description: 'Endpoints at which other systems start an ingestion' },
  { name: 'Callbacks', description: 'Signed messages to the callback_url of documents' },
  { name: 'Search', description: 'By meaning, by keyword, or both' },
  { name: 'Taxonomy', description: 'The tree that documents are filed under' },
  { name: 'Administration', description: 'Accounts, as an admin sees and changes them' },
  { name: 'Jobs', description: 'Signed reports of the worker' },
  { name: 'Monitoring', description: 'Health and metrics' },
  { name: 'About', description: 'This service and its contract' },
];

const openapi = createRoute({
  method: 'get',
  path: '/openapi.json',
  tags: ['About'],
  summary: 'This API as an OpenAPI 3.1 document',
  security: [],
  responses: { 200: json('An OpenAPI 3.1 document', z.looseObject({ openapi: z.string() })) },
});

const docs = createRoute({
  method: 'get',
  path: '/docs',
  tags: ['About'],
  summary: 'This API in Swagger UI, to read and to try',
  security: [],
  responses: { 200: { description: 'A web page', content: { 'text/html': { schema: z.string() } } } },
});

export interface DocsDependencies {
  readonly config: Pick<Config, 'publicUrl'>;
  readonly runtime: Pick<Runtime, 'asset'>;
  /** The app whose routes are described; read at the first request, when all of them are there. */
  readonly described: () => OpenAPIHono<AppEnv>;
}

export function createDocsRoutes({ config, runtime, described }: DocsDependencies) {
  let document: string | undefined;
  const router = createRouter().openapi(docs, async (c) => {
    const page = await runtime.asset('docs.html');
    if (!page) return c.notFound();
    return c.body(page.body, 200, {
      'Content-Type': page.contentType,
      'Content-Security-Policy': pagePolicy(["script-src 'self'", `connect-src 'self' ${new URL(config.publicUrl).origin}`]),
    });
  });
  router.openAPIRegistry.registerPath(openapi);
  return router.get(openapi.path, (c) => {
    document ??= JSON.stringify(describe(described(), config.publicUrl));
    return c.body(document, 200, { 'Content-Type': 'application/json' });
  });
}

function describe(app: OpenAPIHono<AppEnv>, publicUrl: string) {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'An access token of POST /auth/login',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', { type: 'apiKey', in: 'header', name: 'X-API-Key' });
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Pharos',
      version: VERSION,
      description:
        'A knowledge service for the edge: send it a document, watch five stages work on it live, find it again by meaning. ' +
        'Errors are RFC 9457 problem details. Every path also answers below `/api`.',
    },
    servers: [{ url: publicUrl }],
    security: [{ bearer: [] }, { apiKey: [] }],
    tags: TAGS,
  });
}
