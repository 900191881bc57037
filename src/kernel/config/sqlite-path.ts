/** The path in a `sqlite:` or `file:` URL; undefined for the URL of a server, empty for a URL without a file. */
export function sqlitePath(url: string): string | undefined {
  if (!/^(?:sqlite(?:\+aiosqlite)?|file):/.test(url)) return undefined;
  const rest = url.slice(url.indexOf(':') + 1);
  if (/^file:\/\/(?:localhost)?\//.test(url)) return decoded(new URL(url).pathname);
  // SQLAlchemy's form: three slashes precede a relative path, four an absolute one.
  return rest.startsWith('///') ? rest.slice(3) : rest.replace(/^\/\/(?=[^/])/, '');
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}
