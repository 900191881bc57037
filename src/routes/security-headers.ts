/** Response headers that tell a browser to trust little. Pages set a policy of their own. */
import { secureHeaders } from 'hono/secure-headers';

const NOTHING = "'none'";

export function securityHeaders({ publicUrl }: { publicUrl: string }) {
  return secureHeaders({
    overwrite: false,
    contentSecurityPolicy: { defaultSrc: [NOTHING], baseUri: [NOTHING], frameAncestors: [NOTHING] },
    strictTransportSecurity: publicUrl.startsWith('https://') ? 'max-age=15552000; includeSubDomains' : false,
    xFrameOptions: 'DENY',
  });
}

/** A page's policy: its own styles, images and whatever else it names, no inline script, no framing. */
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
