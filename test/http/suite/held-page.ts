/** A page whose server responds when the test says so, so that its ingestion lasts as long as the test needs. */
import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { article } from '../../support/fakes/article-server.ts';
import { startWebServer } from '../../support/fakes/web-server.ts';

export async function heldPage() {
  const site = await startWebServer();
  onTestFinished(() => site.close());
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const content = (await article('glacier.html')).replace('</body>', `<p>Number ${randomUUID()} of its kind.</p></body>`);
  site.serve('/held.html', async (response) => {
    asked.resolve();
    await released;
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(content);
  });
  return { url: `${site.url}/held.html`, /** Resolves when the worker has requested the page. */ asked: asked.promise, release };
}
