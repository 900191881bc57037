/** The path in a `sqlite:` or `file:` URL; undefined for the URL of a server, empty for a URL without a file. */
export function sqlitePath(url: string): string | undefined {
  const match = /^(?:sqlite(?:\+aiosqlite)?|file):(.*)$/s.exec(url);
  if (!match) return undefined;
  const rest = match[1] ?? '';
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
