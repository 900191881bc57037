/**
 * Seconds from a `Retry-After` header, given in seconds or as an HTTP date (RFC 9110 section 10.2.3), at most `maxSeconds`;
 * undefined for any other value. `now` in milliseconds.
 */
export function parseRetryAfter(
  header: string | null | undefined,
  now: number,
  maxSeconds = Number.POSITIVE_INFINITY,
): number | undefined {
  const value = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(value)) return Math.min(Number(value), maxSeconds);
  // Date.parse also accepts text that is no HTTP date, such as "-5".
  const at = /^[A-Z][a-z]{2},? /.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.min(Math.max(0, Math.ceil((at - now) / 1000)), maxSeconds);
}
