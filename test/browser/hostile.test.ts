/**
 * Documents of strangers can do nothing: no script runs, no dialog opens, nothing is requested from elsewhere, and no link leads
 * anywhere but to http, https and mail. The pages are watched by `expectQuiet`; scripts would set `window.hostile`.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Account, type ConsoleUnderTest, startConsole } from './support/console.ts';
import { addDocument } from './support/documents.ts';
import { visit } from './support/visit.ts';

let console_: ConsoleUnderTest;
let keeper: Account;
beforeAll(async () => {
  console_ = await startConsole({ env: { INGEST_ALLOW_ADDRESSES: '127.0.0.0/8' } });
  keeper = await console_.account('keeper');
});
afterAll(async () => {
  await console_?.close();
  server.close();
});

/** Another server. It counts the requests that reach it, and there must be none. */
const reached: string[] = [];
const server = createServer((request, response) => {
  reached.push(String(request.url));
  response.end();
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const ELSEWHERE = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const RUN = 'window.hostile=1;alert(1)';

const MARKDOWN = [
  `<script>${RUN}</script>`,
  `<img src=x onerror="${RUN}">`,
  `<svg onload="${RUN}"><circle r=9></svg>`,
  `<iframe src="javascript:${RUN}"></iframe>`,
  `<iframe srcdoc="<script>parent.${RUN}</script>"></iframe>`,
  `<a href="javascript:${RUN}">press</a>`,
  `<math><mtext><style><img src=x onerror="${RUN}"></style></mtext></math>`,
  `<details open ontoggle="${RUN}">x</details>`,
  `<form action="${ELSEWHERE}/form"><input autofocus onfocus="${RUN}"></form>`,
  `<meta http-equiv="refresh" content="0;url=${ELSEWHERE}/meta">`,
  `<link rel="stylesheet" href="${ELSEWHERE}/style.css">`,
  `<base href="${ELSEWHERE}/">`,
  `<style>@import "${ELSEWHERE}/import.css"; body { background: url(${ELSEWHERE}/b.png) }</style>`,
  `![pixel](${ELSEWHERE}/pixel.png)`,
  `![pixel][p]`,
  `[script](javascript:${RUN})`,
  `[script](JaVaScRiPt:${RUN})`,
  `[script](&#106;avascript:${RUN})`,
  `[script](java\tscript:${RUN})`,
  `[data](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)`,
  `[vb](vbscript:msgbox(1))`,
  `[file](file:///etc/passwd)`,
  `[blob](blob:${ELSEWHERE}/x)`,
  `[relative](/auth/logout)`,
  `[protocol](//127.0.0.1/x)`,
  `[referenced][r]`,
  `<javascript:${RUN}>`,
  `[web](${ELSEWHERE}/page) and [mail](mailto:a@b.example)`,
  `[title](${ELSEWHERE}/t "\\" onmouseover=\\"${RUN}")`,
  `[^1] and a footnote`,
  `[^1]: <img src=x onerror=${RUN}>`,
  `[r]: javascript:${RUN}`,
  `[p]: ${ELSEWHERE}/referenced.png`,
  `\`\`\`html\n<script>${RUN}</script>\n\`\`\``,
  `| <script>${RUN}</script> | ![x](${ELSEWHERE}/cell.png) |\n| --- | --- |\n| <img src=x onerror=${RUN}> | [x](javascript:${RUN}) |`,
  `- [ ] <input onfocus=${RUN} autofocus>`,
  `\u202Egnp.exe \uFEFF`,
].join('\n\n');

const HTML = `<!doctype html><html><head><title><img src=x onerror="${RUN}"></title>
<meta http-equiv="refresh" content="0;url=${ELSEWHERE}/meta"><base href="${ELSEWHERE}/"><link rel=stylesheet href="/style.css">
<script>${RUN}; top.location = '${ELSEWHERE}/top'</script></head>
<body onload="${RUN}"><h1>The lamp of the stranger</h1><p>The lamp of the stranger burns at night, and nobody has seen who trims it or fills it with oil.</p>
<img src="${ELSEWHERE}/body.png" onerror="${RUN}"><form action="${ELSEWHERE}/f"><button autofocus>go</button></form>
<iframe src="${ELSEWHERE}/frame"></iframe><object data="${ELSEWHERE}/object"></object><video src="${ELSEWHERE}/v" autoplay></video>
<a href="javascript:${RUN}">press</a> <a href="${ELSEWHERE}/away" target=_top>away</a></body></html>`;

const SVG = `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="${RUN}"><script>${RUN}</script>
<image href="${ELSEWHERE}/image.png"/><foreignObject><body xmlns="http://www.w3.org/1999/xhtml" onload="${RUN}">The lamp of the drawing</body></foreignObject></svg>`;

const NAMES = [
  `<img src=x onerror=${RUN}>.md`,
  `"><script>${RUN}</script>.md`,
  `../../etc/passwd.md`,
  `javascript:${RUN}.md`,
  `\u202Efdp.md`,
];

async function expectHarmless(page: Page): Promise<void> {
  await page.waitForTimeout(300);
  expect(await page.evaluate(() => 'hostile' in window)).toBe(false);
  for (const frame of page.frames()) {
    expect(await frame.evaluate(() => 'hostile' in window).catch(() => false)).toBe(false);
  }
  const inside = page.locator('main');
  const schemes = await inside
    .locator('a[href]')
    .evaluateAll((links) => links.map((link) => new URL((link as HTMLAnchorElement).href).protocol));
  for (const scheme of schemes) expect(['http:', 'https:', 'mailto:', 'blob:']).toContain(scheme);
  const foreign = await inside.locator('a[href]').evaluateAll((links) =>
    links
      .map((link) => link as HTMLAnchorElement)
      .filter(({ protocol, origin }) => protocol !== 'blob:' && origin !== location.origin)
      .map(({ rel, target }) => `${target} ${rel}`),
  );
  for (const attributes of foreign) expect(attributes).toBe('_blank noopener noreferrer nofollow ugc');
  expect(await inside.locator('img, object, embed, video, script, form[action], base, meta').count()).toBe(0);
  expect(new URL(page.url()).origin).toBe(console_.url);
  expect(reached.splice(0)).toEqual([]);
  // Chromium announces also the requests of a frame that its policy then refuses: the other server tells what was sent.
  console_.expectQuiet(new RegExp(`sandboxed|Content Security Policy|^request: ${ELSEWHERE}`));
}

async function visitAll(page: Page, id: string): Promise<void> {
  for (const tab of ['', '?tab=passages', '?tab=original']) {
    await visit(page, `/app/documents/${id}${tab}`);
    await page.locator('.doc__body h1').waitFor();
    await expectHarmless(page);
  }
}

test('hostile documents: Markdown with markup, scripts, images and links of every kind does nothing', async () => {
  const title = `<img src=x onerror="${RUN}"> lamp`;
  const id = await addDocument(keeper, {
    title,
    content: `${MARKDOWN}\n\nThe lamp of the stranger.\n`,
    tags: [`<b onclick=${RUN}>`],
  });
  const page = await console_.open({ account: keeper, path: '/app/search' });
  // The server has taken most of it out already: the page is tried with all of it.
  const body = `${MARKDOWN}\n\nThe lamp of the stranger.\n`;
  await page.route(/\/text$/, (route) => route.fulfill({ body, contentType: 'text/markdown; charset=utf-8' }));
  await visitAll(page, id);
  await visit(page, `/app/documents/${id}`);
  await page.getByText('The lamp of the stranger.').waitFor({ state: 'attached' });
  await expectHarmless(page);
  expect(await page.getByRole('link', { name: 'web' }).getAttribute('href')).toBe(`${ELSEWHERE}/page`);
  expect(await page.getByRole('link', { name: /^(?:script|data|vb|file|blob|relative|protocol|referenced)$/ }).count()).toBe(0);
  await visit(page, `/app/search?q=lamp+stranger`);
  await page.locator('.hit').first().waitFor();
  expect(await page.locator('.hit__title').first().textContent()).toContain('<img');
  await expectHarmless(page);
});

test('hostile documents: a text of nothing but marks is shown, and does not stop the page', async () => {
  const content = `${'>'.repeat(3_000)} deep\n\n${'*a_'.repeat(3_000)}\n\n${'['.repeat(8_000)}\n\nThe lamp behind the marks.\n`;
  const id = await addDocument(keeper, { title: 'Marks', content });
  const page = await console_.open({ account: keeper, path: `/app/documents/${id}` });
  await page.getByText('The lamp behind the marks.').waitFor({ state: 'attached' });
  await expectHarmless(page);
});

test('hostile documents: an HTML page and its original do nothing', async () => {
  const { id } = await keeper.client.create({ content: HTML, content_type: 'text/html' });
  await keeper.client.finished(id);
  const page = await console_.open({ account: keeper, path: '/app/search' });
  await visitAll(page, id);
  await page.frameLocator('iframe[title="Original"]').getByText('burns at night').waitFor();
  await expectHarmless(page);
});

test('hostile documents: an SVG drawing is shown as its text', async () => {
  const file = new File([SVG], 'drawing.xml', { type: 'application/xml' });
  const { id } = await keeper.client.upload(file);
  await keeper.client.finished(id);
  const page = await console_.open({ account: keeper, path: '/app/search' });
  await visitAll(page, id);
});

test('hostile documents: file names do nothing where they are shown', async () => {
  const page = await console_.open({ account: keeper, path: '/app/search' });
  for (const [index, name] of NAMES.entries()) {
    const { id } = await keeper.client.upload(new File([`The lamp of name ${index}.`], name, { type: 'text/markdown' }));
    await keeper.client.finished(id);
    await visitAll(page, id);
  }
});

test('hostile documents: an address in a question, a chunk or an id does nothing', async () => {
  const page = await console_.open({ account: keeper, path: '/app/search' });
  for (const path of [
    `/app/search?q=${encodeURIComponent(`<img src=x onerror="${RUN}">`)}`,
    `/app/search?q=x&tag=${encodeURIComponent(`"><script>${RUN}</script>`)}&category=__proto__&year=constructor`,
    `/app/documents/${encodeURIComponent(`<script>${RUN}</script>`)}?chunk=${encodeURIComponent(`javascript:${RUN}`)}`,
    `/app/documents/x?tab=${encodeURIComponent(`javascript:${RUN}`)}&q=${encodeURIComponent('__proto__')}`,
  ]) {
    await visit(page, path);
    await page.locator('main h1, main h2').first().waitFor({ state: 'attached' });
    await page.waitForTimeout(300);
    expect(await page.evaluate(() => 'hostile' in window)).toBe(false);
    console_.expectQuiet(/404|422/);
  }
});
