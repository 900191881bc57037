/** Which origins' pages may call the API from a browser. */

/** `loopback`: pages of this machine, on any port, as in development. */
export type AllowedOrigins = '*' | 'loopback' | readonly string[];

const LOOPBACK = /^https?:\/\/(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?$/;

/** `origin`: the header `Origin`. */
export const isLoopbackOrigin = (origin: string): boolean => LOOPBACK.test(origin);

export function allowsOrigin(allowed: AllowedOrigins, origin: string): boolean {
  if (allowed === '*') return true;
  return allowed === 'loopback' ? isLoopbackOrigin(origin) : allowed.includes(origin);
}

/** The origins that CORS_ORIGINS names. */
export const namedOrigins = (allowed: AllowedOrigins): readonly string[] => (typeof allowed === 'string' ? [] : allowed);
