/** An OpenAPI document without its words: what a client's code depends on, to be compared with a committed file. */

const WORDS = new Set(['description', 'summary', 'example', 'examples', 'title']);
/** Keywords whose keys are names chosen by the API rather than keywords of OpenAPI or JSON Schema. */
const MAPS = new Set([
  'paths',
  'properties',
  'patternProperties',
  'schemas',
  'securitySchemes',
  'responses',
  'headers',
  'content',
  'parameters',
]);

interface Described {
  readonly openapi?: unknown;
  readonly paths?: unknown;
  readonly components?: unknown;
  readonly security?: unknown;
}

/** Paths, methods, parameters, bodies, schemas, security and statuses of a document as JSON, its keys in alphabetical order. */
export const contractOf = ({ openapi, paths, components, security }: Described): string =>
  `${JSON.stringify(withoutWords({ openapi, paths, components, security }, false), null, 1)}\n`;

function withoutWords(value: unknown, keysAreNames: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutWords(item, false));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => keysAreNames || !WORDS.has(key))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, withoutWords(inner, !keysAreNames && MAPS.has(key))]),
  );
}
