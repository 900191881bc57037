/** Article metadata from schema.org markup (JSON-LD). */
import { parseFragment } from 'parse5';

export interface JsonLd {
  readonly title: string | null;
  readonly description: string | null;
  readonly authors: readonly string[];
  readonly published: string | null;
  /** Names of the site: they are no authors. */
  readonly publishers: readonly string[];
}

/** What a page is about; what the page itself is counts only where nothing else is said. */
const ARTICLE = /(?:Article|Posting|Report|Book|Thesis|TechArticle|Dataset|Course|Review|Recipe|HowTo)$/;
const PAGE = /(?:CreativeWork|WebPage|FAQPage|AboutPage|VideoObject|WebContent)$/;
const MAX_OBJECTS = 500;
const MAX_NAMES = 100;

type Json = Readonly<Record<string, unknown>>;

/**
 * `scripts` are the texts of `application/ld+json` elements; what cannot be read as JSON is skipped. `pageTitle` tells which
 * of several articles the page shows, and whether it is called by its headline or its name.
 */
export function readJsonLd(scripts: readonly string[], pageTitle: string | null): JsonLd {
  const objects = scripts.flatMap(objectsOf);
  const byId = new Map(
    objects.flatMap((object): [string, Json][] => (typeof object['@id'] === 'string' ? [[object['@id'], object]] : [])),
  );
  const resolve = (value: unknown): unknown => (isObject(value) ? { ...byId.get(String(value['@id'])), ...value } : value);
  const best = chooseArticle(objects, pageTitle);
  const [headline, name] = [text(best?.headline), text(best?.name)];
  const people = list(best?.author).map(resolve);
  return {
    title: [headline, name].find((title) => title !== null && isPartOf(title, pageTitle)) ?? headline ?? name,
    description: text(best?.description),
    authors: people.flatMap(nameOf),
    published: text(best?.datePublished),
    publishers: [
      ...list(best?.publisher).map(resolve).flatMap(nameOf),
      ...objects.filter((object) => hasType(object, /^(?:WebSite|Organization|NewsMediaOrganization)$/)).flatMap(nameOf),
    ],
  };
}

function chooseArticle(objects: readonly Json[], pageTitle: string | null): Json | undefined {
  for (const type of [ARTICLE, PAGE]) {
    const found = objects.filter((object) => hasType(object, type));
    const shown = found.filter(({ headline, name }) => [headline, name].some((title) => isPartOf(text(title), pageTitle)));
    const candidates = shown.length > 0 ? shown : found;
    const best = candidates.find(({ datePublished }) => text(datePublished) !== null) ?? candidates[0];
    if (best) return best;
  }
  return undefined;
}

const hasType = (object: Json, type: RegExp) => list(object['@type']).some((name) => typeof name === 'string' && type.test(name));

const isPartOf = (title: string | null, pageTitle: string | null) =>
  title !== null && pageTitle !== null && letters(pageTitle).includes(letters(title));

const letters = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** The objects of one script, including those in arrays and `@graph`, breadth first, at most MAX_OBJECTS. */
function objectsOf(script: string): Json[] {
  const queue: unknown[] = [parseLenient(script)];
  const found: Json[] = [];
  const add = (values: readonly unknown[]) => queue.push(...values.slice(0, MAX_OBJECTS));
  for (let i = 0; i < queue.length && i < MAX_OBJECTS; i++) {
    const value = queue[i];
    if (Array.isArray(value)) add(value);
    else if (isObject(value)) {
      found.push(value);
      add(list(value['@graph']));
      if (isObject(value.mainEntity)) add([value.mainEntity]);
      if (isObject(value.mainEntityOfPage)) add([value.mainEntityOfPage]);
    }
  }
  return found;
}

/** Undefined for what is no JSON even without comments around it, trailing commas and raw line ends in strings. */
function parseLenient(script: string): unknown {
  for (const candidate of [() => script, () => withoutWrapper(script), () => repaired(withoutWrapper(script))])
    try {
      return JSON.parse(candidate());
    } catch {
      // The next candidate.
    }
  return undefined;
}

/** `//<![CDATA[ … //]]>`, `<!-- … -->`, and a semicolon behind. */
function withoutWrapper(script: string): string {
  const source = script.replace(/<!\[CDATA\[|\]\]>/g, '');
  const start = source.search(/[{[]/);
  const end = Math.max(source.lastIndexOf('}'), source.lastIndexOf(']'));
  return start < 0 || end < start ? '' : source.slice(start, end + 1);
}

const CONTROLS: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Escapes control characters in strings, and leaves out commas before a bracket. */
function repaired(source: string): string {
  const parts: string[] = [];
  let inString = false;
  for (let i = 0; i < source.length; i++) {
    const character = source[i] ?? '';
    if (inString) {
      if (character === '\\') parts.push(character, source[++i] ?? '');
      else if (character < ' ') parts.push(CONTROLS[character] ?? ' ');
      else parts.push(character);
      if (character === '"') inString = false;
    } else if (character === '}' || character === ']') {
      while (/^\s*$/.test(parts.at(-1) ?? 'x')) parts.pop();
      if (parts.at(-1) === ',') parts.pop();
      parts.push(character);
    } else {
      if (character === '"') inString = true;
      parts.push(character);
    }
  }
  return parts.join('');
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The elements of a list, of which a single value is one. */
const list = (value: unknown): unknown[] =>
  Array.isArray(value) ? value.slice(0, MAX_OBJECTS) : value === undefined || value === null ? [] : [value];

/** Markup and character references are resolved: many publishers copy a title from HTML. Of several texts the first counts. */
function text(value: unknown): string | null {
  const source = list(value).find((one) => typeof one === 'string');
  if (typeof source !== 'string') return null;
  const plain = /[&<]/.test(source) ? textOf(source) : source;
  return plain.trim() === '' ? null : plain.trim();
}

function textOf(markup: string): string {
  const parts: string[] = [];
  const open = [...parseFragment(markup).childNodes].reverse();
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.nodeName === '#text' && 'value' in node) parts.push(node.value);
    if ('childNodes' in node) open.push(...node.childNodes.toReversed());
  }
  return parts.join('');
}

const nameOf = (value: unknown): string[] => {
  const name = text(isObject(value) ? value.name : value);
  return name === null ? [] : [name].slice(0, MAX_NAMES);
};
