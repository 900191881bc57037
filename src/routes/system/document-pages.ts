/** GET /app/*: what a browser shows for the address of a document. It is one page, which tells nothing about any document. */
import { html } from 'hono/html';
import { pagePolicy } from '../middleware/security-headers.ts';
import { createRouter } from '../router.ts';

const PAGE = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>A document - Pharos</title>
    <link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/assets/style.css">
  </head>
  <body>
    <main>
      <h1>A document in Pharos</h1>
      <p>This is the address by which assistants and programs name a document of a library in Pharos. Only its owner can read it,
        with a token or an API key. The id of the document is the last part of this page's address:</p>
      <pre><code>curl "$PHAROS_URL/resources/ID?include=text" -H "Authorization: Bearer $PHAROS_API_KEY"</code></pre>
      <p>Assistants that are connected to Pharos read it by the tool <code>fetch</code>. <a href="/docs">The API</a> has all
        that can be done with it.</p>
    </main>
  </body>
</html>
`;

export function createDocumentPages() {
  return createRouter().get('/app/*', (c) => c.html(PAGE, 200, { 'Content-Security-Policy': pagePolicy() }));
}
