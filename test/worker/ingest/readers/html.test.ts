import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readHtml } from '../../../../worker-node/ingest/readers/html.ts';

const SENTENCE = 'The lighthouse keeper climbs the stairs each evening to light the lamp for the ships at sea. ';

/** The blocks of a page that is too short for an article, headings as lines with `#`. */
function blocks(markup: string): string[] {
  return readHtml(markup, 'https://site.example/').sections.flatMap(({ heading, paragraphs }) => [
    ...(heading ? [`# ${heading.text}`] : []),
    ...paragraphs.map(({ text }) => text),
  ]);
}
const kinds = (markup: string) => readHtml(markup, null).sections.flatMap(({ paragraphs }) => paragraphs.map(({ kind }) => kind));

describe('readHtml: blocks', () => {
  it.each([
    ['a list with a list in it', '<ul><li>one<ul><li>deep <b>er</b></ul><li>two</ul>', ['- one\n  - deep er\n- two']],
    ['a numbered list', '<ol start=3><li>three<li>four<li value=9>nine</ol>', ['3. three\n4. four\n9. nine']],
    ['paragraphs in an item', '<ul><li><p>one</p><p>more</p></ul>', ['- one\n  more']],
    ['tasks', '<ul><li><input type=checkbox checked> done<li><input type=checkbox> open</ul>', ['- [x] done\n- [ ] open']],
    ['terms', '<dl><dt>Lamp<dd>A light<dt>Lens<dd>A glass</dl>', ['- Lamp\n  A light\n- Lens\n  A glass']],
    ['code in an item', '<ol><li>Run<pre>npm i</pre>and wait<li>Go</ol>', ['1. Run', '```\nnpm i\n```', 'and wait', '2. Go']],
    [
      'code with its language',
      '<pre><code class="hljs language-js">  let a;\n\n  b();\n</code></pre>',
      ['```js\n  let a;\n\n  b();\n```'],
    ],
    ['code of lines in elements', '<pre><div>one</div><div>two</div></pre>', ['```\none\ntwo\n```']],
    ['quotes in quotes', '<blockquote><p>out<blockquote>in</blockquote></blockquote>', ['> out\n>\n> > in']],
    ['a list in a quote in an item', '<ul><li>x<blockquote>q<ul><li>y</ul></blockquote></ul>', ['- x', '> q\n>\n> - y']],
    ['a heading in a quote', '<blockquote>before<h2>Sub</h2>after</blockquote>', ['> before', '# Sub', '> after']],
    ['a table', '<table><tr><th>A<th>B<tr><td>1|2<td>x<br>y</table>', ['| A | B |\n| --- | --- |\n| 1\\|2 | x y |']],
    ['a table without header', '<table><tr><td>1<td>2<tr><td>3<td>4</table>', ['| | |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |']],
    [
      'cells that span',
      '<table><tr><th colspan=2>A<th>B<tr><td rowspan=2>1<td>2<td>3<tr><td>4<td>5</table>',
      ['| A | | B |\n| --- | --- | --- |\n| 1 | 2 | 3 |\n| | 4 | 5 |'],
    ],
    ['a table that lays out', '<table><tr><td><h2>Left</h2><p>one<td>two</table>', ['# Left', 'one', 'two']],
    ['a table of one column', '<table><tr><td>one<tr><td>two</table>', ['one', 'two']],
    ['a table with role presentation', '<table role=presentation><tr><td>one<td>two</table>', ['one', 'two']],
    [
      'the caption of a table',
      '<table><caption>Hours</caption><tr><td>1<td>2</table>',
      ['Hours', '| | |\n| --- | --- |\n| 1 | 2 |'],
    ],
    ['what Markdown would take for markup', '<p># 1. &lt;b> a_b *c* &amp;amp;', ['\\# 1. \\<b> a_b *c* \\&amp;']],
    ['an image with a text', '<p><img src=a.png alt="A keeper at his lamp">', ['A keeper at his lamp']],
    ['badges and icons', '<p>x<img src="https://img.shields.io/x" alt="the build has passed today"><img src=i alt=icon>', ['x']],
    ['an image in a heading', '<h1><img src=logo.svg alt="Quokka"></h1><p>x', ['# Quokka', 'x']],
    [
      'a button in a heading',
      '<h2><button>How high is it?</button></h2><p>30 m <button>Copy</button>',
      ['# How high is it?', '30 m'],
    ],
    ['a formula in MathML', '<p>if <math alttext="a \\ne 0"><mi>a</mi><mo>≠</mo></math>', ['if a \\ne 0']],
    ['a formula in TeX', '<p>if <script type="math/tex">x^2</script> holds', ['if x^2 holds']],
  ])('HTML: %s becomes Markdown', (_what, markup, expected) => {
    expect(blocks(markup)).toEqual(expected);
  });

  it('HTML: blocks have their kinds', () => {
    const markup = '<p>a<ul><li>b</ul><pre>c</pre><table><tr><td>d<td>e</table><blockquote>f</blockquote>';
    expect(kinds(markup)).toEqual(['prose', 'list', 'code', 'table', 'quote']);
  });

  it('HTML: links keep their words in paragraphs, items, cells and quotes', () => {
    const link = (name: string) => `<a href="/${name}">${name}</a>`;
    const { sections } = readHtml(
      `<p>&lt;b> ${link('one')}<ul><li>x<li>y<p>${link('two')}</ul><table><tr><td>|<td>${link('three')}</table><blockquote>${link('four')}</blockquote>`,
      'https://site.example/dir/',
    );
    const links = sections.flatMap(({ paragraphs }) =>
      paragraphs.flatMap((paragraph) => paragraph.links.map(({ url, start, end }) => [url, paragraph.text.slice(start, end)])),
    );
    expect(links).toEqual(['one', 'two', 'three', 'four'].map((name) => [`https://site.example/${name}`, name]));
  });

  it('HTML: every word of arbitrary markup is kept once, whatever its elements', () => {
    const names = [
      'p',
      'div',
      'ul',
      'ol',
      'li',
      'table',
      'tr',
      'td',
      'th',
      'pre',
      'blockquote',
      'h2',
      'dl',
      'dt',
      'dd',
      'a',
      'b',
      'caption',
    ];
    const piece = fc.oneof(
      fc.constantFrom(...names).map((name) => `<${name}>`),
      fc.constantFrom(...names).map((name) => `</${name}>`),
      fc.constant('WORD'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        let count = 0;
        const markup = pieces.map((one) => (one === 'WORD' ? ` word${count++}x ` : one)).join('');
        const text = blocks(`<body>${markup}`).join('\n');
        for (let i = 0; i < count; i++) expect(text.split(`word${i}x`)).toHaveLength(2);
      }),
      { numRuns: 300 },
    );
  });
});

describe('readHtml: bounds', () => {
  it.each([
    ['cells that span 50 rows and columns', `<table>${'<tr><td rowspan=50 colspan=50>word<td>b'.repeat(1_000)}</table>`, 10],
    [
      'a row of 3,000 cells and 3,000 rows of one',
      `<table><tr>${'<td>word'.repeat(3_000)}${'<tr><td>word'.repeat(3_000)}</table>`,
      10,
    ],
    ['10,000 quotes in one another', '<blockquote>word'.repeat(10_000), 10],
    ['10,000 lists in one another', '<ul><li>word'.repeat(10_000), 10],
  ])('HTML: the text of %s is in proportion to the page, and no word is lost', (_what, markup, factor) => {
    const text = blocks(markup).join('\n');
    expect(text.length).toBeLessThan(markup.length * factor);
    expect(text.match(/word/g)?.length).toBe(markup.match(/word/g)?.length);
  });
});

describe('readHtml: as browsers', () => {
  it.each([
    ['a comment that ends with --!>', `<!-- x --!><p>MERIDIAN`],
    ['an abrupt comment', `<!--><p>MERIDIAN`],
    ['text behind </html>', `<p>a</body></html><p>MERIDIAN`],
    ['a hidden body', `<body hidden><p>MERIDIAN`],
    ['a body without display', `<body style="color: red; display:none !important"><p>MERIDIAN`],
    ['a declarative shadow root', `<x-a><template shadowrootmode="open"><p>MERIDIAN</p></template></x-a>`],
    ['a slot of a shadow root', `<x-a><template shadowrootmode=open><b><slot></slot></b></template>MERIDIAN</x-a>`],
    ['a named slot', `<x-a><template shadowrootmode=open><slot name=s>no</slot></template><p slot=s>MERIDIAN</x-a>`],
    ['a slot without content', `<x-a><template shadowrootmode=open><slot>MERIDIAN</slot></template></x-a>`],
    ['text that is hidden until found', `<p hidden=until-found>MERIDIAN`],
    ['text without any element but noscript', `<script>app()</script><noscript><p>MERIDIAN</noscript>`],
    ['an article that a script shows', `<article style="display:none"><p>MERIDIAN</article>`],
    ['a page behind a dialog', `<div aria-hidden=true><p>${SENTENCE.repeat(8)} MERIDIAN</div><div role=dialog>${SENTENCE}</div>`],
    ['an attribute without its end', `<p title='<div>'>MERIDIAN<img src="x`],
    ['a nested form and table', `<form><table><form><p>MERIDIAN`],
    ['bogus tags', `</><?php x ?><![CDATA[y]]><p>MERIDIAN`],
  ])('HTML: %s is read', (_what, markup) => {
    expect(blocks(markup).join('\n')).toContain('MERIDIAN');
  });

  it.each([
    ['an ordinary template', `<template><p>MERIDIAN</template>`],
    ['noscript beside a page', `<noscript>MERIDIAN</noscript>`],
    ['a hidden element', `<p hidden>MERIDIAN`],
    ['an icon that is hidden from readers', `<i aria-hidden=true>MERIDIAN</i>`],
    ['a script', `<script>MERIDIAN</script>`],
    ['a drawing', `<svg><title>MERIDIAN</title><text>MERIDIAN</text></svg>`],
    ['what no slot shows', `<x-a><template shadowrootmode=open>x</template><p>MERIDIAN</x-a>`],
  ])('HTML: %s is left out', (_what, markup) => {
    expect(blocks(`${markup}<p>${SENTENCE}`).join('\n')).not.toContain('MERIDIAN');
  });

  it('HTML: the first slot of a name shows the children of its host, further ones show their own', () => {
    const shadow = '<slot></slot><slot>other</slot><slot name=s></slot><slot name=s>none</slot>'.replaceAll('<slot', '<p><slot');
    const page = `<x-a><template shadowrootmode=open>${shadow}</template>MERIDIAN<b slot=s>named</b></x-a>`;
    expect(blocks(page)).toEqual(['MERIDIAN', 'other', 'named', 'none']);
  });

  it('HTML: 300 slots show 300 children once', () => {
    const shadow = `<template shadowrootmode=open>${'<slot></slot>'.repeat(300)}</template>`;
    const text = blocks(`<div>${shadow}${'<p>word'.repeat(300)}</div>`).join('\n');
    expect(text.match(/word/g)?.length).toBe(300);
  });

  it('HTML: noscript within noscript is read, and the characters in it are no markup', () => {
    const nested = `<noscript><p>one<noscript><p>two &lt;b&gt; three</noscript></noscript>`;
    expect(blocks(`<script>app()</script>${nested}`).join(' ')).toMatch(/^one two .?<b> three$/);
  });

  it('HTML: the title of a drawing is no title of the page', () => {
    const icon = '<svg><title>Hamburger icon</title></svg>';
    expect(readHtml(`<body>${icon}<p>${SENTENCE}`, null).metadata.title).not.toBe('Hamburger icon');
    expect(readHtml(`${icon}<h1>Lamps</h1><p>${SENTENCE}`, null).metadata.title).toBe('Lamps');
  });

  it('HTML: the parts of an element deeper than 512 levels are kept', () => {
    expect(blocks(`${'<div>'.repeat(2_000)}<p>one</p>two<h2>three</h2>${'</div>'.repeat(2_000)}`)).toEqual([
      'one',
      'two',
      '# three',
    ]);
  });
});

describe('readHtml: manuals', () => {
  const paragraph = (words: string, times: number) => `<div class="paragraph"><p>${`${words} `.repeat(times)}</p></div>`;
  const section = (name: string, body: string) =>
    `<div class="sect1"><h2>${name}</h2><div class="sectionbody">${body}</div></div>`;
  const list = (words: string, count: number) => `<ul>${`<li>${words}</li>`.repeat(count)}</ul>`;
  const option =
    'Given more than once it becomes the parent of a commit object that stands for a merge of several lines. '.repeat(4);
  /** One section has the commas of prose, and the others are lists. */
  const manual = [
    section(
      'Description',
      paragraph('Creates a commit, with a message, read from standard input, of the tree, that, is, given.', 3).repeat(6),
    ),
    section('Options', paragraph('One option may be given. '.repeat(8), 1).repeat(6)),
    section('Dates', list(option, 4)),
    section('Discussion', list(option, 4)),
  ].join('');

  it('are read whole, although one section looks like the article', () => {
    expect(
      blocks(
        `<html><head><title>commit-tree(1)</title></head><body><div id="header"><h1>commit-tree(1)</h1></div><div id="content">${manual}</div></body></html>`,
      ).filter((block) => block.startsWith('#')),
    ).toEqual(expect.arrayContaining(['# Description', '# Options', '# Dates', '# Discussion']));
  });

  it('lose the site around an article where there is one', () => {
    const menu = `<div class="menu">${Array.from({ length: 60 }, (_, i) => `<a href="/page/${i}">Another page of this site ${i}</a> `).join('<br>')}</div>`;
    const article = `<article><h1>Lamps</h1>${`<p>${SENTENCE.repeat(4)}</p>`.repeat(8)}</article>`;
    const text = blocks(`<body>${menu}${article}${menu}</body>`).join('\n');
    expect(text).toContain('lighthouse keeper');
    expect(text).not.toContain('Another page of this site');
  });
});
