/** Pages that the server makes itself: errors for browsers, and the consent to an app. They have the look of the console. */
import type { Context } from 'hono';
import { html, raw } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { pagePolicy } from './middleware/security-headers.ts';

export const isBrowser = (c: Context): boolean => c.req.header('Accept')?.includes('text/html') ?? false;

const LOGO = raw(
  `<svg width="30" height="30" viewBox="0 0 28 28" aria-hidden="true"><path fill="#d98a16" opacity=".42" d="M10 7.2 0 3.5v8.5l10-3.6zM18 7.2l10-3.7v8.5l-10-3.6z"/><path fill="#d98a16" d="M11.5 5.5h5v5h-5z"/><path fill="currentColor" d="m14 1 4 4h-8zM9.5 10.5h9v2h-9zM11 13.5h6l1.7 13H9.3z"/></svg>`,
);

export interface Page {
  readonly status: ContentfulStatusCode;
  readonly title: string;
  readonly body: unknown;
  readonly script?: unknown;
  /** Directives of the content security policy beside those of every page. */
  readonly policy?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

export function sendPage(c: Context, { status, title, body, script = '', policy = [], headers = {} }: Page) {
  const page = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <title>${title} · Pharos</title>
    <link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/assets/style.css">
    ${script}
  </head>
  <body>
    <main>
      <a class="brand" href="/app/">${LOGO}Pharos</a>${body}
    </main>
  </body>
</html>
`;
  return c.html(page, status, {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': pagePolicy(policy),
    ...headers,
  });
}

/** One page for every path that is not there, or not without a login: it tells nothing about either. */
export const sendNotFoundPage = (c: Context) =>
  sendPage(c, {
    status: 404,
    title: 'Not found',
    body: html`
      <h1>There is no such page here</h1>
      <p>The address may be mistyped, or it may need a login.</p>
      <a class="btn btn--primary" href="/app/login">Log in</a>
      <p class="quiet"><a href="/docs">The API</a> has addresses for programs, which need credentials.</p>`,
  });
