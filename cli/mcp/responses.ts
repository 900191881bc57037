/** What an HTTP response means to a client on standard input and output. */
import { PharosError } from '../../clients/typescript/src/index.ts';
import { callOf } from '../call.ts';

/** An object or a list; undefined for any other text. */
export function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Why the server refused a request, and what to do about it. */
export function explainResponse({ status, headers }: Response, answer: object | undefined, url: string): string {
  const { detail, error } = (answer ?? {}) as { detail?: string; error?: { message?: string } };
  const again = headers.get('retry-after');
  if (status === 401 || (status === 403 && detail === 'Could not validate credentials'))
    return `${new URL(url).origin} does not accept the credentials: log in with "${callOf('login')}", or set PHAROS_API_KEY to a key of an account there`;
  if (status === 429) return `Too many requests${again === null ? '' : `: try again in ${again} s`}`;
  if (status >= 300 && status < 400) return `${url} is elsewhere: set PHAROS_URL to the server's own address`;
  if (status === 404 || answer === undefined) return `${url} is no MCP server: is PHAROS_URL the address of a Pharos?`;
  return `${url} responded with status ${status}: ${detail ?? error?.message ?? 'no reason was given'}`;
}

export function explainFailure(error: unknown, url: string): string {
  // The login could not be renewed.
  if (error instanceof PharosError && error.status !== 0) return error.detail;
  const { message, cause } = error as Error & { cause?: { code?: string } };
  return `${url} cannot be reached (${cause?.code ?? message}): is Pharos running, and is PHAROS_URL right?`;
}
