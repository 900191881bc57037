/** The fields of a schema, as a table or a form shows them. */
import { nameOf, type OpenApiDocument, resolved, type Schema } from './openapi.ts';

export interface SchemaField {
  readonly name: string;
  readonly schema: Schema;
  readonly required: boolean;
}

/** Of an object, also of one that is made of several. */
export function fieldsOf(document: OpenApiDocument, given: Schema): readonly SchemaField[] {
  const schema = resolved(document, given);
  const parts = (schema.allOf ?? []).flatMap((part) => fieldsOf(document, part));
  const own = Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    schema: property,
    required: schema.required?.includes(name) ?? false,
  }));
  return [...parts, ...own];
}

/** The objects that a value may be: itself, the items of a list, the variants of a choice. */
export function objectsIn(document: OpenApiDocument, given: Schema): readonly Schema[] {
  const schema = resolved(document, given);
  if (schema.items) return objectsIn(document, schema.items);
  if (fieldsOf(document, given).length > 0) return [given];
  if (typeof schema.additionalProperties === 'object') return objectsIn(document, schema.additionalProperties);
  return (schema.anyOf ?? schema.oneOf ?? []).flatMap((variant) => objectsIn(document, variant));
}

/** A form's fields: of a choice those of every variant, each once; only what all of them require is required. */
export function formFieldsOf(document: OpenApiDocument, given: Schema): readonly SchemaField[] {
  const variants = objectsIn(document, given).map((variant) => fieldsOf(document, variant));
  const byName = new Map<string, SchemaField>();
  for (const { name, schema } of variants.flat()) {
    const required = variants.every((fields) => fields.some((field) => field.name === name && field.required));
    if (!byName.has(name)) byName.set(name, { name, schema, required });
  }
  return [...byName.values()];
}

/** Whether several values may be given: a list, or one of its items. */
export const takesSeveral = (document: OpenApiDocument, given: Schema): boolean => {
  const schema = resolved(document, given);
  return schema.items !== undefined || (schema.anyOf ?? schema.oneOf ?? []).some((variant) => takesSeveral(document, variant));
};

/** The values to choose from; undefined where anything may be written. */
export function choicesOf(document: OpenApiDocument, given: Schema): readonly string[] | undefined {
  const schema = resolved(document, given);
  if (schema.enum) return schema.enum.map(String);
  return schema.type === 'boolean' ? ['true', 'false'] : undefined;
}

/** The name under which the document describes it, or that of a list's items. */
export const schemaName = (given: Schema): string | undefined => nameOf(given) ?? (given.items && schemaName(given.items));
