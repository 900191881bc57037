/** TypeScript types of the API for `clients/typescript`, generated from its OpenAPI document. */
import openapiTS, { astToString } from 'openapi-typescript';

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses?: Readonly<Record<string, object>> }>>>>;
}

const HEADER = '/** Generated from /openapi.json: `npx vitest run --project routes test/routes/openapi.test.ts -u`. */\n';

/** Without failed responses, which the client throws as PharosError, and without the operations between API and worker. */
export async function clientTypes(document: Described): Promise<string> {
  const paths = Object.entries(document.paths)
    .filter(([path]) => !path.startsWith('/jobs/'))
    .map(([path, methods]) => [
      path,
      Object.fromEntries(
        Object.entries(methods).map(([method, operation]) => [
          method,
          { ...operation, responses: successes(operation.responses ?? {}) },
        ]),
      ),
    ]);
  const types = await openapiTS(JSON.stringify({ ...document, paths: Object.fromEntries(paths) }));
  return HEADER + astToString(types);
}

const successes = (responses: Readonly<Record<string, object>>) =>
  Object.fromEntries(
    Object.entries(responses)
      .filter(([status]) => /^[23]/.test(status))
      .map(([status, { headers: _headers, ...response }]: [string, { headers?: unknown }]) => [status, response]),
  );
