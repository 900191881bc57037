/** Units and conversions of time. Inside Pharos a moment is milliseconds since the Unix epoch. */

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** RFC 3339 in UTC with milliseconds, as responses show moments. Throws RangeError beyond the year 275760. */
export const toIso = (ms: number): string => new Date(ms).toISOString();

/** Null stays null. */
export const toIsoOrNull = (ms: number | null): string | null => (ms === null ? null : toIso(ms));

/** Whole seconds since the Unix epoch, rounded down, as JWT claims (NumericDate, RFC 7519 section 2) are written. */
export const toUnixSeconds = (ms: number): number => Math.floor(ms / SECOND_MS);
