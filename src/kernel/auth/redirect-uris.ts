/**
 * Redirect URIs of apps. They are compared character by character, but for the port of a loopback address, which a program
 * chooses when it starts (RFC 8252 section 7.3, RFC 9700 section 4.1.3).
 */

/** Longest redirect URI, in characters. */
export const MAX_REDIRECT_URI = 1024;

/** `http` on this computer, without its port: what stands before the port, and what follows it. */
const LOOPBACK = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost))(?::(\d{1,5}))?((?:[/?].*)?)$/;

/** Visible ASCII characters but quotes, angle brackets, backslashes, wildcards, braces and the `#` of a fragment. */
const CHARACTERS = /^[!$%&'()+,\-./0-9:;=?@A-Z[\]_a-z~]+$/;

const SCHEME = /^([a-z][a-z0-9+.-]*):/;

/** Schemes that an app on this computer cannot own: browsers, mail programs, shells and systems open them. */
const FOREIGN_SCHEMES = new Set([
  'about',
  'android-app',
  'blob',
  'chrome',
  'data',
  'file',
  'filesystem',
  'ftp',
  'ftps',
  'intent',
  'jar',
  'javascript',
  'ldap',
  'ldaps',
  'mailto',
  'resource',
  'search-ms',
  'sftp',
  'sip',
  'sips',
  'smb',
  'sms',
  'ssh',
  'tel',
  'telnet',
  'urn',
  'vbscript',
  'view-source',
  'ws',
  'wss',
]);

/** What is wrong with a URI that an app wants to register, as a predicate; undefined if nothing is. */
export function redirectUriFault(uri: string): string | undefined {
  if (uri.length > MAX_REDIRECT_URI) return `is longer than ${MAX_REDIRECT_URI} characters`;
  if (!CHARACTERS.test(uri)) return 'has a fragment, a wildcard, or a character that a URI must encode';
  const scheme = SCHEME.exec(uri)?.[1];
  if (scheme === undefined || !URL.canParse(uri)) return 'is not an absolute URI with its scheme in lower case';
  const { username, password } = new URL(uri);
  if (username !== '' || password !== '') return 'has a user name or a password';
  if (scheme === 'https') return /^https:\/\/[^/]/.test(uri) ? undefined : 'has no host';
  if (scheme === 'http') return LOOPBACK.test(uri) ? undefined : 'is http, which is for 127.0.0.1, [::1] and localhost only';
  if (FOREIGN_SCHEMES.has(scheme) || scheme.startsWith('ms-')) return `has the scheme ${scheme}, which no app owns`;
  return uri.startsWith(`${scheme}:/`) ? undefined : `needs a slash after ${scheme}:`;
}

/** Whether an app that registered `registered` may be answered at `given`. */
export function matchesRedirectUri(registered: string, given: string): boolean {
  if (registered === given) return true;
  const [known, asked] = [LOOPBACK.exec(registered), LOOPBACK.exec(given)];
  return known !== null && asked !== null && known[1] === asked[1] && known[3] === asked[3] && isPort(asked[2]);
}

const isPort = (port: string | undefined): boolean => port === undefined || (Number(port) > 0 && Number(port) < 65_536);

/** Whether the URI leads to a program on the computer of the person, not to a site that could imitate another. */
export const isLoopback = (uri: string): boolean => LOOPBACK.test(uri);

/** Where the URI leads, in words for the person. */
export function describeRedirect(uri: string): string {
  if (isLoopback(uri)) return 'a program on this computer';
  const { protocol, host } = new URL(uri);
  return protocol === 'https:' ? host : `the app on this computer that opens ${protocol} links`;
}

/** `uri` with `parameters` in its query; those that are undefined are left out. */
export function withParameters(uri: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return `${uri}${uri.includes('?') ? '&' : '?'}${new URLSearchParams(given)}`;
}
