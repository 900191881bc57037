/** Front matter of a Markdown document: metadata in YAML between lines of `---`, or in TOML between lines of `+++`. */
import { parse as parseTomlSource, TomlDate } from 'smol-toml';
import { parseDocument } from 'yaml';
import { type DocumentMetadata, EMPTY_METADATA } from '../document.ts';
import { normaliseDate } from './dates.ts';
import { languageTag } from './normalise.ts';

const YAML = /^\ufeff?---[ \t]*\n([\s\S]{0,10000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)/;
const TOML = /^\ufeff?\+\+\+[ \t]*\n([\s\S]{0,10000}?)\n\+\+\+[ \t]*(?:\n|$)/;
const MAX_AUTHORS = 50;

/** Splits `source` into the metadata of its front matter and the Markdown after it. Line ends must be `\n`. */
export function readFrontMatter(source: string): { metadata: DocumentMetadata; body: string } {
  const yaml = YAML.exec(source);
  const match = yaml ?? TOML.exec(source);
  if (!match) return { metadata: EMPTY_METADATA, body: source };
  const fields = byName(yaml ? parseYamlFields(match[1] ?? '') : parseToml(match[1] ?? ''));
  const first = (...names: string[]) =>
    names.map((name) => textsOf(fields.get(name)).join(', ')).find((text) => text !== '') ?? null;
  const canonical = first('canonical', 'canonical_url');
  return {
    metadata: {
      ...EMPTY_METADATA,
      title: first('title'),
      description: first('description', 'summary', 'abstract'),
      authors: textsOf(fields.get('authors') ?? fields.get('author')).slice(0, MAX_AUTHORS),
      publishedAt: normaliseDate(first('date', 'published', 'published_at') ?? ''),
      doi: first('doi')?.toLowerCase() ?? null,
      canonicalUrl: canonical && /^https?:\/\//.test(canonical) ? canonical : null,
      language: languageTag(first('lang', 'language')),
    },
    body: source.slice(match[0].length),
  };
}

/** The top-level fields by lower-case name. */
const byName = (fields: object | undefined): ReadonlyMap<string, unknown> =>
  new Map(Object.entries(fields ?? {}).map(([name, value]) => [name.toLowerCase(), value]));

/** Undefined where the source is not a YAML mapping. */
function parseYamlFields(source: string): object | undefined {
  try {
    return parseYaml(source) ?? parseYaml(quotePlainValues(source));
  } catch {
    // Aliases that expand too far, or nesting too deep for the parser.
    return undefined;
  }
}

/** Undefined for TOML with errors. Hugo keeps fields such as the author under `params`, too. */
function parseToml(source: string): object | undefined {
  try {
    const fields = parseTomlSource(source);
    return typeof fields.params === 'object' ? { ...fields.params, ...fields } : fields;
  } catch {
    return undefined;
  }
}

/** Undefined for YAML with errors. The failsafe schema keeps scalars as written: a DOI of `10.10` is not the number 10.1. */
function parseYaml(source: string): object | undefined {
  const document = parseDocument(source, { schema: 'failsafe' });
  if (document.errors.length > 0) return undefined;
  const value: unknown = document.toJS();
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/** Quotes unquoted values. `title: Lamps: a study` is common in practice but not valid YAML. */
function quotePlainValues(source: string): string {
  return source.replace(
    /^([A-Za-z_][\w-]*:|[ \t]*-)[ \t]+([^\s"'[{|>].*)$/gm,
    (_, key: string, value: string) => `${key} ${JSON.stringify(value)}`,
  );
}

/** The texts of a scalar, a list, or a list of mappings with a `name`. */
function textsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value === 'object' && value !== null && 'name' in value) return textsOf(value.name);
  if (value instanceof TomlDate) return [value.toISOString()];
  const text = typeof value === 'string' ? value.replace(/\s+/g, ' ').trim() : '';
  return text === '' ? [] : [text];
}
