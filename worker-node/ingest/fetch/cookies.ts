/** Cookies of one fetch (RFC 6265): they live for its redirects alone and are sent to no host but the one that set them. */

export interface CookieJar {
  /** Stores the `Set-Cookie` headers of a response from `url`. */
  store(url: URL, headers: readonly string[]): void;
  /** The `Cookie` header for a request to `url`; undefined where no cookie belongs to it. */
  header(url: URL): string | undefined;
}

interface Cookie {
  readonly host: string;
  readonly name: string;
  readonly value: string;
  readonly path: string;
  readonly secure: boolean;
}

/** Browsers keep no longer ones. */
const MAX_COOKIE_CHARACTERS = 4_096;
const MAX_COOKIES = 50;
/** What a header may hold (RFC 9110 section 5.5); Latin-1, as undici reads and writes headers. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** `now` in Unix milliseconds. */
export function createCookieJar(now: () => number): CookieJar {
  let cookies: readonly Cookie[] = [];

  function storeOne(url: URL, header: string): void {
    const found = parseCookie(url, header, now());
    if (!found) return;
    const { cookie, expired } = found;
    const others = cookies.filter(({ host, name, path }) => host !== cookie.host || name !== cookie.name || path !== cookie.path);
    cookies = expired || others.length >= MAX_COOKIES ? others : [...others, cookie];
  }

  return {
    store: (url, headers) => {
      for (const header of headers.slice(0, MAX_COOKIES)) storeOne(url, header);
    },
    header: (url) => {
      const own = cookies.filter(
        ({ host, path, secure }) =>
          host === url.hostname && isWithin(url.pathname, path) && (!secure || url.protocol === 'https:'),
      );
      return own.length === 0 ? undefined : own.map(({ name, value }) => `${name}=${value}`).join('; ');
    },
  };
}

/** Undefined for a cookie that a browser would not accept. */
function parseCookie(url: URL, header: string, now: number): { cookie: Cookie; expired: boolean } | undefined {
  if (header.length > MAX_COOKIE_CHARACTERS || !FIELD_VALUE.test(header)) return undefined;
  const [pair = '', ...rest] = header.split(';');
  const equals = pair.indexOf('=');
  const name = pair.slice(0, Math.max(equals, 0)).trim();
  if (name === '') return undefined;
  const attributes = new Map(
    rest.map((attribute): [string, string] => {
      const [key = '', ...value] = attribute.split('=');
      return [key.trim().toLowerCase(), value.join('=').trim()];
    }),
  );
  const domain = attributes.get('domain')?.replace(/^\./, '').toLowerCase();
  if (domain && domain !== url.hostname && !url.hostname.endsWith(`.${domain}`)) return undefined;
  const path = attributes.get('path');
  const cookie: Cookie = {
    host: url.hostname,
    name,
    value: pair.slice(equals + 1).trim(),
    path: path?.startsWith('/') ? path : defaultPath(url.pathname),
    secure: attributes.has('secure'),
  };
  return { cookie, expired: isExpired(attributes, now) };
}

/** `Max-Age` is stronger than `Expires` (RFC 6265 section 5.3). */
function isExpired(attributes: ReadonlyMap<string, string>, now: number): boolean {
  const maxAge = attributes.get('max-age');
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return Number(maxAge) <= 0;
  return Date.parse(attributes.get('expires') ?? '') <= now;
}

/** RFC 6265 section 5.1.4. */
const defaultPath = (pathname: string) => pathname.slice(0, Math.max(pathname.lastIndexOf('/'), 1));

const isWithin = (pathname: string, path: string) =>
  pathname === path || (pathname.startsWith(path) && (path.endsWith('/') || pathname[path.length] === '/'));
