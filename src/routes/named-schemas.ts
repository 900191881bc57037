/** Names of schemas in the OpenAPI document. */
import { zodToOpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppEnv } from './env.ts';

/**
 * Services name a schema by zod's own `.meta({ id })`. The generator reads that name only from schemas which its registry
 * knows, so every named schema below the app's routes is added. Call it before the document is generated.
 */
export function registerNamedSchemas(app: OpenAPIHono<AppEnv>): void {
  const seen = new Set<unknown>();
  function visit(value: unknown): void {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (value instanceof z.ZodType) {
      if (value.meta()?.id !== undefined && !zodToOpenAPIRegistry.has(value)) zodToOpenAPIRegistry.add(value, {});
      if (value instanceof z.ZodObject) visit(value.shape);
      else if (value instanceof z.ZodLazy) visit(value._zod.def.getter());
      else for (const part of Object.values(value._zod.def)) visit(part);
    } else for (const part of Object.values(value)) visit(part);
  }
  for (const definition of app.openAPIRegistry.definitions) visit(definition);
}
