/** The page that a browser gets if its login through a provider fails and there is nowhere to return to. */
import type { Context } from 'hono';
import { html } from 'hono/html';
import type { AppError } from '../../kernel/core/errors.ts';
import { pagePolicy } from '../middleware/security-headers.ts';
import { problem, statusOf } from '../problem.ts';

export const isBrowser = (c: Context): boolean => c.req.header('Accept')?.includes('text/html') ?? false;

/** The status and headers of the problem, with its detail as a page. */
export function loginProblemPage(c: Context, error: AppError): Response | Promise<Response> {
  const headers = problem(c, error).headers;
  const retryAfter = headers.get('Retry-After');
  const page = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Login failed · Pharos</title>
    <link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/assets/style.css">
  </head>
  <body>
    <main>
      <h1>You are not logged in</h1>
      <p>${error.detail}.</p>
      <p><a href="/">Back to Pharos</a></p>
    </main>
  </body>
</html>
`;
  return c.html(page, statusOf(error), {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': pagePolicy(),
    ...(retryAfter === null ? {} : { 'Retry-After': retryAfter }),
  });
}
