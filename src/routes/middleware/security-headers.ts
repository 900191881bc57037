/** Security headers for browsers. Pages set a content security policy of their own. */
import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { AppEnv } from '../env.ts';
import { setResponseHeader } from './response-headers.ts';

/** On every response: the headers of OWASP's REST security cheat sheet, and a ban on framing. */
const ALWAYS = {
  'Content-Security-Policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Sets common headers before the handler, because that is cheap, and adds headers that only pages need to HTML responses. */
export function securityHeaders({ publicUrl }: { publicUrl: string }): MiddlewareHandler<AppEnv> {
  const always: Record<string, string> = publicUrl.startsWith('https://')
    ? { ...ALWAYS, 'Strict-Transport-Security': 'max-age=15552000; includeSubDomains' }
    : ALWAYS;
  const headers = Object.entries(always);
  const forPages = secureHeaders({
    overwrite: false,
    strictTransportSecurity: false,
    xContentTypeOptions: false,
    xFrameOptions: false,
    referrerPolicy: false,
    crossOriginResourcePolicy: false,
  });
  return async function securityHeaders(c, next) {
    for (const [name, value] of headers) setResponseHeader(c, name, value);
    await next();
    if (c.res.headers.get('content-type')?.startsWith('text/html')) await forPages(c, async () => {});
  };
}

/** The content security policy of a page: its own styles and images, the directives in `more`, no inline script, no framing. */
export function pagePolicy(more: readonly string[] = []): string {
  return [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self' data:",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...more,
  ].join('; ');
}
