/** Serves test/support/fixtures/articles on loopback, and what a hostile or broken site would: redirects inward, stalls, errors. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../fixtures/articles/', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  md: 'text/markdown',
  txt: 'text/plain; charset=utf-8',
};

export async function startArticleServer() {
  /** Requests to /slow hang until this is called. */
  let release: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const server = createServer(async (request, response) => {
    const name = (request.url ?? '/').slice(1);
    if (name === 'gone') return response.writeHead(404).end();
    if (name === 'inward') return response.writeHead(302, { Location: 'http://169.254.169.254/latest/meta-data/' }).end();
    if (name.startsWith('slow/')) await gate;
    const file = name.replace(/^slow\//, '');
    try {
      const content = await readFile(FOLDER + file.replace(/[^\w.-]/g, ''));
      response.writeHead(200, { 'Content-Type': TYPES[file.split('.').pop() ?? ''] ?? 'application/octet-stream' }).end(content);
    } catch {
      response.writeHead(404).end();
    }
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    release: () => release(),
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export const article = (name: string) => readFile(FOLDER + name, 'utf8');
