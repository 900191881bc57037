/** Article metadata from schema.org markup. */

export interface JsonLd {
  readonly title: string | null;
  readonly description: string | null;
  readonly authors: readonly string[];
  readonly published: string | null;
}

const ARTICLE = /(?:Article|Posting|Report|Book|Thesis|CreativeWork|WebPage|TechArticle|Dataset|Course)$/;
const MAX_OBJECTS = 500;

type Json = Readonly<Record<string, unknown>>;

/** `scripts` are the texts of `application/ld+json` elements; invalid JSON is skipped. */
export function readJsonLd(scripts: readonly string[]): JsonLd {
  const objects = scripts.flatMap(parse);
  const articles = objects.filter((object) => ARTICLE.test(String(object['@type'] ?? '')));
  const best = articles.find((object) => text(object.datePublished) !== null) ?? articles[0];
  return {
    title: text(best?.headline) ?? text(best?.name),
    description: text(best?.description),
    authors: names(best?.author),
    published: text(best?.datePublished),
  };
}

/** The objects of one script, including those in arrays and `@graph`, breadth first, at most MAX_OBJECTS. */
function parse(script: string): Json[] {
  let queue: unknown[];
  try {
    queue = [JSON.parse(script)];
  } catch {
    return [];
  }
  const found: Json[] = [];
  for (let i = 0; i < queue.length && i < MAX_OBJECTS; i++) {
    const value = queue[i];
    if (Array.isArray(value)) queue = queue.concat(value.slice(0, MAX_OBJECTS));
    else if (isObject(value)) {
      found.push(value);
      if (Array.isArray(value['@graph'])) queue = queue.concat(value['@graph'].slice(0, MAX_OBJECTS));
      if (isObject(value.mainEntity)) queue.push(value.mainEntity);
    }
  }
  return found;
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (value: unknown) => (typeof value === 'string' && value.trim() !== '' ? value.trim() : null);

function names(value: unknown): string[] {
  const list = Array.isArray(value) ? value.slice(0, 100) : [value];
  return list.flatMap((one) => text(one) ?? (isObject(one) ? (text(one.name) ?? []) : []));
}
