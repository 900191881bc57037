import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StageError } from '../../src/kernel/core/errors.ts';
import { type ExtractedDocument, readDocument } from '../../worker-node/ingest/read-document.ts';
import { parseHtml } from '../../worker-node/ingest/readers/html-document.ts';
import { isDeeplyNested } from '../../worker-node/ingest/readers/markdown-nesting.ts';

const SENTENCE = 'The lighthouse keeper climbs the stairs each evening to light the lamp for the ships at sea. ';
const BODY = SENTENCE.repeat(4);

const read = (
  content: string | Uint8Array,
  contentType: string | null,
  url: string | null = null,
  filename: string | null = null,
): Promise<ExtractedDocument> => readDocument({ bytes: Buffer.from(content), contentType, filename, url, aliases: [] });
const html = (markup: string, url: string | null = 'https://site.example/dir/page') => read(markup, 'text/html', url);
const markdown = (source: string) => read(source, 'text/markdown');
const paths = ({ chunks }: ExtractedDocument) => chunks.map(({ headingPath }) => headingPath);

describe('readDocument: HTML', () => {
  it('HTML: text becomes sections under its headings, without navigation, footer and scripts', async () => {
    const reading = await html(`<title>Keepers | Site</title><nav>Home About</nav><main><h1>Keepers</h1><p>${BODY}</p>
      <h2>Night</h2><p>${BODY}</p><h3>Storm</h3><p>${BODY}</p><h2>Day</h2><ul><li>Clean the lens</li><li>Paint <b>the</b> rail</li></ul>
      <table><tr><th>Hour</th><th>Task</th></tr><tr><td>6</td><td>Rest</td></tr></table></main><footer>Copyright</footer><script>var a</script>`);
    expect(reading.metadata.title).toBe('Keepers');
    expect(paths(reading).filter((path, i, all) => path.join() !== all[i - 1]?.join())).toEqual([
      ['Keepers'],
      ['Keepers', 'Night'],
      ['Keepers', 'Night', 'Storm'],
      ['Keepers', 'Day'],
    ]);
    expect(reading.text).toContain('- Clean the lens\n- Paint the rail');
    expect(reading.text).toContain('| Hour | Task |\n| --- | --- |\n| 6 | Rest |');
    expect(reading.text).not.toMatch(/Copyright|Home About|var a/);
  });

  it('HTML: a code block keeps its white space', async () => {
    expect((await html(`<p>${BODY}</p><pre>if (x) {\n    y();\n}</pre>`)).text).toContain('if (x) {\n    y();\n}');
  });

  it('HTML: white space in a style is shortened, and the style still hides its element', async () => {
    const hidden = `<p style="color: red;${' '.repeat(50_000)}display${' '.repeat(50_000)}:${'\t'.repeat(50_000)}none">hidden</p>`;
    const style = parseHtml(`<html><body>${hidden}</body></html>`).querySelector('p')?.getAttribute('style');
    expect(style).toBe('color: red; display : none');
    expect((await html(`${hidden}<p>${BODY}</p>`)).text).toBe(BODY.trim());
  });

  it('HTML: metadata comes from Open Graph, Highwire, JSON-LD and the canonical link', async () => {
    const { metadata, identifiers } = await html(`<html lang="en-GB"><head><title>x</title>
      <meta property="og:title" content="A study of lamps"><meta name="citation_author" content="Ada Byron"><meta name="citation_author" content="Max Born">
      <meta name="citation_doi" content="doi:10.1000/LAMP.1"><meta name="citation_publication_date" content="2024/5/3"><meta name="description" content="On lamps.">
      <link rel="canonical" href="/lamps"></head><body><p>${BODY}</p>`);
    expect(metadata).toEqual({
      ...{ title: 'A study of lamps', description: 'On lamps.', authors: ['Ada Byron', 'Max Born'], publishedAt: '2024-05-03' },
      ...{ doi: '10.1000/lamp.1', arxivId: null, canonicalUrl: 'https://site.example/lamps', language: 'en' },
    });
    expect(identifiers).toEqual(['url:https://site.example/dir/page', 'url:https://site.example/lamps', 'doi:10.1000/lamp.1']);
    const ld = {
      '@graph': [
        { '@type': 'WebSite', name: 'Site' },
        { '@type': 'NewsArticle', headline: 'Lamps', datePublished: '2024-05-03T10:00:00+02:00', author: [{ name: 'Ada' }] },
      ],
    };
    expect(
      (await html(`<script type="application/ld+json">${JSON.stringify(ld)}</script><p>${BODY}</p>`)).metadata,
    ).toMatchObject({
      ...{ title: 'Lamps', authors: ['Ada'], publishedAt: '2024-05-03T08:00:00.000Z' },
    });
    expect((await html(`<script type="application/ld+json">{broken</script><h1>Own</h1><p>${BODY}</p>`)).metadata.title).toBe(
      'Own',
    );
  });

  it('HTML: links are resolved and have 50 characters of context on each side; links to the page itself are left out', async () => {
    const { links } = await html(
      `<p>${SENTENCE}See <a href="../lamps?utm_source=x#top">the page on lamps</a>, <a href="#note">a note</a>, <a href="mailto:a@b.c">mail</a> and https://other.example/x. ${SENTENCE}</p>`,
    );
    expect(links.map(({ targetKey }) => targetKey)).toEqual(['url:https://site.example/lamps', 'url:https://other.example/x']);
    const [first] = links;
    expect(first).toMatchObject({
      anchor: 'the page on lamps',
      context: expect.stringMatching(/^.{45,50}the page on lamps.{45,50}$/),
    });
  });

  it('HTML: a DOI, an arXiv id and a DOI link in the text become citations', async () => {
    const { links } = await html(
      `<p>${BODY} As shown (doi:10.1000/ABC.2) and in arXiv:2401.01234v2, and by <a href="https://doi.org/10.1000/xyz">them</a>.</p>`,
    );
    expect(links.map(({ targetKey }) => targetKey)).toEqual(['doi:10.1000/abc.2', 'arxiv:2401.01234', 'doi:10.1000/xyz']);
  });

  it.each([
    ['no html element', `<p>${BODY}<p>${BODY}`],
    ['only a body element', `<body><div>${BODY}`],
    ['unclosed tags', `<html><body><div><p>${BODY}<b>${BODY}<table><tr><td>x`],
    ['stray end tags', `</div></p><html></b><body>${BODY}</span></body></html></html>`],
    ['comments around the doctype', `<!-- x --><!doctype html><!-- y --><html><body>${BODY}`],
    ['an unterminated attribute', `<html><body><p class="a>b" title='<div>'>${BODY}</p><img src="x`],
  ])('HTML: a page with %s is read', async (_what, markup) => {
    expect((await html(markup)).text).toContain(SENTENCE.trim());
  });

  it.each([
    ['100,000 nested divs', `${'<div>'.repeat(100_000)}${BODY}`],
    ['20,000 nested and closed spans', `<html><body>${'<span>'.repeat(20_000)}${BODY}${'</span>'.repeat(20_000)}`],
    ['10,000 nested lists', `<html><body>${'<ul><li>'.repeat(10_000)}${BODY}`],
    ['20,000 unclosed links', `${'<a href="x">'.repeat(20_000)}${BODY}`],
    ['100,000 empty paragraphs', `${'<p></p>'.repeat(100_000)}${BODY}`],
  ])(
    'HTML: a page with %s is read without failure',
    async (_what, markup) => {
      expect((await html(markup)).text).toContain(SENTENCE.trim());
    },
    120_000,
  );
});

describe('readDocument: Markdown', () => {
  it('Markdown: heading paths, lists, code and link targets are kept', async () => {
    const reading = await markdown(
      `Intro: ${BODY}\n\n# Top\n\n${BODY}\n\n## Sub [link](https://a.example/x)\n\n- one\n- two with [ref][r]\n\n\`\`\`js\nlet a = 1;\n\`\`\`\n\n[r]: https://b.example/y\n`,
    );
    expect(paths(reading)).toEqual([[], ['Top'], ['Top', 'Sub link']]);
    expect(reading.metadata.title).toBe('Top');
    expect(reading.text).toContain('- one\n- two with ref');
    expect(reading.text).toContain('let a = 1;');
    expect(reading.links.map(({ targetKey }) => targetKey)).toEqual(['url:https://a.example/x', 'url:https://b.example/y']);
  });

  it('Markdown: front matter gives title, authors, date and language', async () => {
    const { metadata } = await markdown(
      `---\ntitle: "Lamps: a study"\nauthors:\n  - Ada\n  - Max\ndate: 2024-05-03\nlang: de\n---\n\n# Other\n\nLampen erhellen den Raum, sobald es draußen dunkel wird.`,
    );
    expect(metadata).toMatchObject({
      title: 'Lamps: a study',
      authors: ['Ada', 'Max'],
      publishedAt: '2024-05-03',
      language: 'de',
    });
  });

  it.each([
    ['title: "Lamps: a \\"study\\""', 'Lamps: a "study"'],
    ["title: 'It''s a lamp'", "It's a lamp"],
    ['title: >\n  A title\n  on two lines', 'A title on two lines'],
    ['title: A title\n  on two lines', 'A title on two lines'],
    ['title: Lamps # a comment', 'Lamps'],
    ['title: Lamps: a study', 'Lamps: a study'],
    ['title: @lamps\ndoi: 10.10', '@lamps'],
    ['title: 1.0', '1.0'],
    ['TITLE: Lamps', 'Lamps'],
    ['title: [Lamps, "a, b"]', 'Lamps, a, b'],
  ])('Markdown: the front matter %j has the title %j', async (fields, title) => {
    expect((await markdown(`---\n${fields}\n---\n\n${BODY}`)).metadata.title).toBe(title);
  });

  it.each([
    ['title = "Hugo page"\ndate = 2024-05-06\nauthors = ["Ada", "Max"]', 'Hugo page', ['Ada', 'Max'], '2024-05-06'],
    ['title = "a"\ndate = 2024-05-06T10:00:00+02:00\n[[author]]\nname = "Ada"', 'a', ['Ada'], '2024-05-06T08:00:00.000Z'],
    ['title = "a"\ndate = 2024-05-06T10:00:00\n[params]\nauthor = "Ada"', 'a', ['Ada'], '2024-05-06'],
    ["title = '''\nA title\nover two lines'''", 'A title over two lines', [], null],
    ['title = broken', 'Own', [], null],
    [`a = ${'['.repeat(9_000)}`, 'Own', [], null],
  ])('Markdown: the front matter %j in TOML has the title %j, authors %j and the date %j', async (fields, title, authors, publishedAt) => {
    const { metadata, text } = await markdown(`+++\n${fields}\n+++\n\n# Own\n\n${BODY}`);
    expect(metadata).toMatchObject({ title, authors, publishedAt });
    expect(text).not.toContain('+++');
  });

  it.each([
    ['authors: [Ada, Max]', ['Ada', 'Max']],
    ['authors:\n- Ada\n- Max', ['Ada', 'Max']],
    ['authors:\n  - name: Ada\n    url: https://a.example/\n  - name: Max', ['Ada', 'Max']],
    ['author: Ada', ['Ada']],
    ['author:', []],
    ['tags: [a]', []],
  ])('Markdown: the front matter %j has the authors %j', async (fields, authors) => {
    expect((await markdown(`---\n${fields}\n---\n\n${BODY}`)).metadata.authors).toEqual(authors);
  });

  it.each([
    ['deep nesting', '['.repeat(9_000)],
    [
      'aliases that expand without bound',
      `a: &a [x]\n${'bcdefgh'.replace(/./g, (k) => `${k}: &${k} [${`*${String.fromCharCode(k.charCodeAt(0) - 1)}, `.repeat(9)}x]\n`)}`,
    ],
    ['a list', '- a\n- b'],
    ['an unclosed quote', 'title: "a\nb: c'],
  ])('Markdown: front matter with %s gives no metadata, and the body is read', async (_what, fields) => {
    const { metadata, text } = await markdown(`---\n${fields}\n---\n\n# Own\n\n${BODY}`);
    expect(metadata).toMatchObject({ title: 'Own', authors: [] });
    expect(text).toContain(SENTENCE.trim());
  });

  it('Markdown: nesting of 20,000 levels is read as plain text', async () => {
    expect((await markdown(`${'>'.repeat(20_000)} ${BODY}`)).text).toContain(SENTENCE.trim());
    expect((await markdown(`${'* '.repeat(20_000)} ${BODY}`)).text).toContain(SENTENCE.trim());
  });

  it.each([
    ['30 dashes with blanks', '- '.repeat(30)],
    ['40 asterisks with blanks', '* '.repeat(40)],
    ['500 dashes with blanks', '- '.repeat(500)],
    ['500 dashes in a quote', `> > ${'- '.repeat(500)}`],
    ['200 dashes', '-'.repeat(200)],
  ])('Markdown: a rule of %s is a rule, and the headings around it are kept', async (_what, rule) => {
    const reading = await markdown(`# Top\n\n${BODY}\n\n${rule}\n\n## Sub\n\n${BODY}`);
    expect(paths(reading)).toEqual([['Top'], ['Top', 'Sub']]);
    expect(reading.text.replaceAll(/^#+ /gm, '')).not.toMatch(/[-*#]/);
  });

  it('Markdown: a list that nests 200 levels deep by indentation keeps its words', async () => {
    const items = Array.from({ length: 200 }, (_, depth) => `${'  '.repeat(depth)}- word${depth}`);
    const { text } = await markdown(`${BODY}\n\n${items.join('\n')}`);
    expect(text).toContain('- word0\n  - word1\n');
    expect(text).toContain('- word199');
  });

  it('Markdown: links of every form have the address that is written, and links that are not http keep their words', async () => {
    const { links, text } = await markdown(
      `${BODY} <https://a.example/x> [two](<https://b.example/y z>) [three][] [four](javascript:x) ![five](https://d.example/)\n\n> [three]: https://c.example/ä%20b`,
    );
    expect(links.map(({ url }) => url)).toEqual(['https://a.example/x', 'https://b.example/y z', 'https://c.example/ä%20b']);
    expect(text).toContain('https://a.example/x two three four');
  });

  it('Markdown: a link whose address has more than 8,192 characters keeps its words only', async () => {
    const long = `https://a.example/${'x'.repeat(8_192)}`;
    const { links, text } = await markdown(`${BODY} [one](${long}) [two](https://b.example/)\n\n${long}`);
    expect(links.map(({ url }) => url)).toEqual(['https://b.example/']);
    expect(text).toContain('one two');
    expect((await html(`<p>${BODY}<a href="${long}">one</a>`)).links).toEqual([]);
  });

  it('Markdown: emphasis, escapes, entities and line breaks are resolved', async () => {
    expect((await markdown(`*a* **b** ***c*** _d_ \\*e\\* &amp; f\\\ng  \nh\ni \`j * k\` ${BODY}`)).text).toMatch(
      /^a b c d \*e\* & f\ng\nh i j \* k The/,
    );
  });
});

describe('readDocument: plain text', () => {
  it('plain text: the first line is the title and there are no headings', async () => {
    const reading = await read(`How lamps work\n\n${BODY}\n\n${BODY}`, 'text/plain');
    expect(reading.metadata.title).toBe('How lamps work');
    expect(paths(reading)).toEqual([[]]);
  });

  it('plain text: lines wrapped at a fixed width are joined, list items are not', async () => {
    const wrapped =
      'The lighthouse keeper climbs the stairs each evening to light\nthe lamp for the ships at sea, and comes down in the morning\nwhen it is day.';
    expect((await read(wrapped, 'text/plain')).text).not.toContain('\n');
    expect((await read(`Tools that every keeper needs in the tower at night:\n- a lamp\n- oil`, 'text/plain')).text).toContain(
      '\n- a lamp\n- oil',
    );
  });

  it('plain text: the language is detected when it is clear, and the DOI or arXiv id when it is in the first lines', async () => {
    const german = 'Der Leuchtturmwärter steigt jeden Abend die Treppe hinauf und zündet die Lampe für die Schiffe an.';
    expect((await read(german, 'text/plain')).metadata.language).toBe('de');
    expect((await read('zzxq wvut 1234 5678 '.repeat(5), 'text/plain')).metadata.language).toBeNull();
    expect((await read(`Lamps\n\nDOI: 10.1000/lamp.7\n\n${BODY}`, 'text/plain')).metadata.doi).toBe('10.1000/lamp.7');
    expect((await read(`Lamps\n\n${BODY} See doi:10.1000/other.`, 'text/plain')).metadata.doi).toBeNull();
    expect((await read(`arXiv:2401.01234v2 [cs.CL] 3 Jan 2024\n\n${BODY}`, 'text/plain')).metadata.arxivId).toBe('2401.01234');
  });
});

describe('readDocument: format and charset', () => {
  it.each([
    ['attributes.adoc', ':note-caption: Hinweis\n:toc-title: Inhalt'],
    ['comment.rst', '.. only a comment'],
    ['empty.json', '{}'],
  ])('format: %s, which shows nothing, is kept as it is written', async (name, source) => {
    expect((await read(source, null, null, name)).text).toBe(`\`\`\`\n${source}\n\`\`\``);
  });

  it('format: the keywords of program code are names, without the words that declare them', async () => {
    const source = ['trim', 'fill', 'clean'].map((verb) => `def ${verb}_lamp(lamp):\n    """Keeps it lit."""\n    return lamp\n`);
    const { keywords } = await read(source.join('\n\n'), null, null, 'keeper.py');
    expect(keywords.join(' ')).toContain('lamp');
    expect(keywords.join(' ')).not.toMatch(/\bdef\b/);
  });

  it('format: a document without text is refused with what to do', async () => {
    await expect(html('<img src="scan.png">')).rejects.toThrow(/holds no text; of pictures of text, send what a program/);
  });

  it.each([
    '\u200b\u200d\ufeff',
    '\u00ad \u2060\n\u200e',
    '\u3164\ufe0f',
  ])('format: nothing but invisible characters (%j) is refused', async (text) => {
    await expect(read(text, 'text/plain', null, 'a.txt')).rejects.toThrow(/holds no text/);
  });

  it('format: a drawing without words is refused', async () => {
    await expect(read('<?xml version="1.0"?><svg><path d="M0 0"/></svg>', null, null, 'a.svg')).rejects.toThrow(/holds no text/);
  });

  it.each([
    ['text/plain', 'https://a.example/README.md', 'text/markdown'],
    [null, 'https://a.example/page', 'text/html'],
    ['application/octet-stream', 'https://a.example/notes.md', 'text/html'],
    ['application/xhtml+xml; charset=utf-8', null, 'text/html'],
  ])('format: content declared as %s at %s is read as %s', async (declared, url, kind) => {
    const content = kind === 'text/html' ? `<!doctype html><p>${BODY}` : `# Title\n\n${BODY}`;
    expect((await read(content, declared, url)).contentType).toBe(kind);
  });

  it.each([
    ['text/html', '\x89PNG\r\n\x1a\n\0', /a PNG image/],
    ['text/plain', 'PK\x03\x04rest', /a ZIP archive/],
    ['bad type <script>', '\x7fELF\0', /a program/],
  ])('format: content declared as %s that starts with %j is refused with its format in the message', async (declared, content, message) => {
    const refused = () => read(Buffer.from(content + BODY, 'latin1'), declared);
    await expect(refused()).rejects.toThrow(StageError);
    await expect(refused()).rejects.toThrow(message);
  });

  it('charset: text is decoded by byte-order mark, header, meta element or guess', async () => {
    const words = `Größe und Straße. ${'Die Prüfung der Übertragung gelingt ohne Fehler. '.repeat(5)}`;
    const latin = Buffer.from(words, 'latin1');
    expect((await read(Buffer.from(`\ufeff${words}`, 'utf16le'), 'text/plain')).text).toContain('Größe und Straße');
    expect((await read(latin, 'text/plain; charset=ISO-8859-1')).text).toContain('Größe und Straße');
    expect((await read(Buffer.concat([Buffer.from('<meta charset="windows-1252"><p>'), latin]), 'text/html')).text).toContain(
      'Größe und Straße',
    );
    expect((await read(latin, 'text/plain')).text).toContain('Größe und Straße');
    expect((await read(Buffer.from(words), 'text/plain; charset=no-such-thing')).text).toContain('Größe und Straße');
    expect((await read(latin, 'text/plain; charset=utf-8')).text).toContain('Gr\ufffd\ufffde'.slice(0, 2));
  });

  it.each([
    ['a meta element after 3,000 bytes', `<!doctype html>${' '.repeat(3_000)}<meta charset="windows-1251">`],
    ['an http-equiv element', '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">'],
    ['an XML declaration', '<?xml version="1.0" encoding="windows-1251"?>'],
    ['a meta element after one in a comment', '<!-- <meta charset="iso-8859-1"> --><meta charset="windows-1251">'],
  ])('charset: a page that declares it in %s is decoded by it', async (_what, head) => {
    const cyrillic = Buffer.from([0xcc, 0xe0, 0xff, 0xea]);
    const page = Buffer.concat([Buffer.from(`${head}<p>`), cyrillic, Buffer.from(` ${BODY}`)]);
    expect((await read(page, 'text/html')).text).toContain('Маяк');
  });
});

describe('isDeeplyNested', () => {
  const marker = fc.constantFrom('>', '> ', '- ', '* ', '+ ', '1. ', '23) ');

  it('nesting: a line counts as deeply nested exactly if it opens more than 50 quotes and list items', () => {
    fc.assert(
      fc.property(fc.array(marker, { minLength: 1, maxLength: 80 }), fc.constantFrom('', '# a\n\n'), (markers, before) => {
        expect(isDeeplyNested(`${before}${markers.join('')}x\n\nend`)).toBe(markers.length > 50);
      }),
    );
  });

  it('nesting: a rule opens nothing, whatever stands before it', () => {
    fc.assert(
      fc.property(
        fc.array(marker, { maxLength: 40 }),
        fc.constantFrom('-', '*'),
        fc.integer({ min: 3, max: 500 }),
        fc.constantFrom(' ', '\t', '  '),
        (markers, character, length, blank) => {
          expect(isDeeplyNested(markers.join('') + `${character}${blank}`.repeat(length))).toBe(false);
        },
      ),
    );
  });

  it('nesting: dashes, digits and plus signs without white space behind them open nothing', () => {
    for (const line of ['-'.repeat(100), '+'.repeat(100), '1.'.repeat(100), `${'1'.repeat(100)}. a`, `+${'-'.repeat(100)}+`])
      expect(isDeeplyNested(line)).toBe(false);
  });
});
