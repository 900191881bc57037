import type { SearchFilters } from './search-request.ts';

/** Both together: a list of values grows, and the narrower bound holds. */
export function mergeFilters(a: SearchFilters, b: SearchFilters): SearchFilters {
  const names = new Set([...Object.keys(a.metadata ?? {}), ...Object.keys(b.metadata ?? {})]);
  return {
    category: union(a.category, b.category),
    tag: union(a.tag, b.tag),
    language: union(a.language, b.language),
    type: union(a.type, b.type),
    after: bound(Math.max, a.after, b.after),
    before: bound(Math.min, a.before, b.before),
    minQuality: bound(Math.max, a.minQuality, b.minQuality),
    ...(names.size === 0
      ? {}
      : { metadata: Object.fromEntries([...names].map((name) => [name, union(a.metadata?.[name], b.metadata?.[name]) ?? []])) }),
  };
}

const union = (a: readonly string[] | undefined, b: readonly string[] | undefined) =>
  a && b ? [...new Set([...a, ...b])] : (a ?? b);

const bound = (choose: (a: number, b: number) => number, a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? (a ?? b) : choose(a, b);
