/** Which route an address belongs to. */

export interface Match<Route> {
  readonly route: Route;
  /** Values of the parts of the path that begin with a colon, decoded. */
  readonly params: Readonly<Record<string, string>>;
}

/** The first route whose path matches, part by part: `/app/documents/:id`. A slash at the end makes no difference. */
export function matchRoute<Route extends { readonly path: string }>(
  routes: readonly Route[],
  path: string,
): Match<Route> | undefined {
  const parts = path.replace(/\/$/, '').split('/');
  for (const route of routes) {
    const params = paramsOf(route.path.split('/'), parts);
    if (params) return { route, params };
  }
  return undefined;
}

function paramsOf(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index] ?? '';
    if (expected.startsWith(':')) {
      const value = decoded(part);
      if (value === undefined || value === '') return undefined;
      params[expected.slice(1)] = value;
    } else if (expected !== part) return undefined;
  }
  return params;
}

/** Undefined for a part that is no valid percent-encoding. */
export function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** The API reference has a path of its own, which programs name to people. */
export const DOCS = '/docs';

/** Where the console shows a screen; every other address is loaded by the browser. */
export const isScreen = (path: string): boolean => path.startsWith('/app/') || path === DOCS;

/** The address of the login that leads back to `address`. */
export const loginFor = (address: string): string => `/app/login?${new URLSearchParams({ next: address })}`;

/** Where a login may lead back to: an address of the console, never one of another site. */
export function safeReturn(address: string | null): string | undefined {
  if (address === null || !URL.canParse(address, 'http://console.invalid')) return undefined;
  const { origin, pathname, search } = new URL(address, 'http://console.invalid');
  return origin === 'http://console.invalid' && isScreen(pathname) ? pathname + search : undefined;
}
