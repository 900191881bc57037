/** Addresses of strangers that a reader may follow. */

const SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);
const LONGEST = 2_000;

/** Undefined for anything but an absolute http, https or mail address: relative ones would lead into this console. */
export function safeHref(url: string | undefined): string | undefined {
  if (url === undefined || url.length > LONGEST || !URL.canParse(url)) return undefined;
  const parsed = new URL(url);
  return SCHEMES.has(parsed.protocol) ? parsed.href : undefined;
}
