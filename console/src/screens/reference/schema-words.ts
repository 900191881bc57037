/** What a schema allows, in words. */
import { reference } from '../../texts/reference.ts';
import { isBinary, nameOf, type Schema } from './openapi.ts';

const { schema: texts } = reference;

/** `text`, `one of a, b`, `list of Resource`. */
export function typeOf(schema: Schema): string {
  const name = nameOf(schema);
  if (name !== undefined) return name;
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants) return texts.or([...new Set(variants.map(typeOf))]);
  if (schema.const !== undefined) return written(schema.const);
  if (schema.enum) return texts.or(schema.enum.map(written));
  if (schema.items) return texts.listOf(typeOf(schema.items));
  if (isBinary(schema)) return texts.file;
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  if (types.length === 0) return schema.properties ? named('object') : texts.any;
  return texts.or(
    types.map((type) => (type === 'string' && schema.format ? (texts.formats[schema.format] ?? schema.format) : named(type))),
  );
}

const written = (value: unknown): string => JSON.stringify(value);
const named = (type: string) => texts.types[type] ?? type;

/** `1 to 100`, `at most 500 characters`, `default "en"`. */
export function limitsOf(schema: Schema): readonly string[] {
  const { minimum, exclusiveMinimum, maximum, minLength, maxLength, minItems, maxItems, default: usual } = schema;
  return [
    exclusiveMinimum === undefined ? range(minimum, maximum) : texts.above(exclusiveMinimum, maximum),
    isBinary(schema) ? undefined : texts.characters(range(minLength, maxLength)),
    texts.items(range(minItems, maxItems)),
    usual === undefined ? undefined : texts.usual(written(usual)),
  ].filter((text) => text !== undefined);
}

function range(least: number | undefined, most: number | undefined): string | undefined {
  if (least === undefined) return most === undefined ? undefined : texts.most(most);
  return most === undefined ? texts.least(least) : texts.range(least, most);
}
