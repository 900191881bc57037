/** A value that a schema allows, to begin with. */
import { type OpenApiDocument, resolved, type Schema } from './openapi.ts';

/** Schemas may contain themselves. */
const MAX_DEPTH = 8;

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2026-01-31T12:00:00Z',
  date: '2026-01-31',
  email: 'keeper@example.org',
  uri: 'https://example.org/',
  uuid: '01900000-0000-7000-8000-000000000001',
};

/** Its own example where it has one. Of an object the fields that it requires and those with an example; all where it has neither. */
export function exampleOf(document: OpenApiDocument, given: Schema, depth = 0): unknown {
  const schema = resolved(document, given);
  const own = schema.example ?? schema.examples?.[0] ?? schema.default ?? schema.const ?? schema.enum?.[0];
  if (own !== undefined) return own;
  if (depth > MAX_DEPTH) return null;
  const shape = shapeOf(document, schema);
  if (Object.keys(shape.properties).length > 0) return objectOf(document, shape, depth);
  const variant = variantOf(schema);
  if (variant) return exampleOf(document, variant, depth + 1);
  return plainExample(document, schema, depth);
}

function plainExample(document: OpenApiDocument, schema: Schema, depth: number): unknown {
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.find((name) => name !== 'null');
  switch (type) {
    case 'object':
      return {};
    case 'array':
      return (schema.minItems ?? 0) > 0 || depth === 0 ? [exampleOf(document, schema.items ?? {}, depth + 1)] : [];
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 1, (schema.exclusiveMinimum ?? 0) + 1);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return FORMATS[schema.format ?? ''] ?? 'text'.padEnd(schema.minLength ?? 0, ' text').slice(0, schema.maxLength ?? 1_000);
  }
}

interface Shape {
  readonly required: ReadonlySet<string>;
  readonly properties: Readonly<Record<string, Schema>>;
}

const variantOf = ({ anyOf, oneOf }: Schema): Schema | undefined => (anyOf ?? oneOf)?.find(({ type }) => type !== 'null');

/** The fields of an object, of all its parts and of its first variant, which may also say which of its fields go together. */
function shapeOf(document: OpenApiDocument, given: Schema, depth = 0): Shape {
  const schema = resolved(document, given);
  const variant = variantOf(schema);
  const inner = [...(variant ? [variant] : []), ...(schema.allOf ?? [])];
  const parts = depth > MAX_DEPTH ? [] : inner.map((part) => shapeOf(document, part, depth + 1));
  const properties: Record<string, Schema> = { ...schema.properties };
  for (const part of parts) {
    for (const [name, narrowed] of Object.entries(part.properties)) {
      // A reference says all of it; other parts of a schema say more of a field.
      properties[name] = narrowed.$ref ? narrowed : { ...resolved(document, properties[name] ?? {}), ...narrowed };
    }
  }
  return { required: new Set([schema.required ?? [], ...parts.map((part) => [...part.required])].flat()), properties };
}

function objectOf(document: OpenApiDocument, { required, properties }: Shape, depth: number): unknown {
  const allowed = Object.entries(properties).filter(([, { not }]) => not === undefined);
  const meant = allowed.filter(([name, schema]) => required.has(name) || resolved(document, schema).example !== undefined);
  const shown = meant.length > 0 ? meant : allowed;
  return Object.fromEntries(shown.map(([name, schema]) => [name, exampleOf(document, schema, depth + 1)]));
}
