import { describe, expect, it } from 'vitest';
import { StageError } from '../../src/kernel/core/errors.ts';
import { type ExtractedDocument, readDocument } from '../../worker-node/ingest/read-document.ts';

const SENTENCE = 'The lighthouse keeper climbs the stairs each evening to light the lamp for the ships at sea. ';
const BODY = SENTENCE.repeat(4);

const read = (
  content: string | Uint8Array,
  contentType: string | null,
  url: string | null = null,
  filename: string | null = null,
): ExtractedDocument => readDocument({ bytes: Buffer.from(content), contentType, filename, url, aliases: [] });
const html = (markup: string, url: string | null = 'https://site.example/dir/page') => read(markup, 'text/html', url);
const markdown = (source: string) => read(source, 'text/markdown');
const paths = ({ chunks }: ExtractedDocument) => chunks.map(({ headingPath }) => headingPath);

describe('HTML', () => {
  it('becomes sections under their headings, site furniture left out', () => {
    const reading = html(`<title>Keepers | Site</title><nav>Home About</nav><main><h1>Keepers</h1><p>${BODY}</p>
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
    expect(reading.text).toContain('Hour | Task\n6 | Rest');
    expect(reading.text).not.toMatch(/Copyright|Home About|var a/);
  });

  it('keeps code as it is written', () => {
    expect(html(`<p>${BODY}</p><pre>if (x) {\n    y();\n}</pre>`).text).toContain('if (x) {\n    y();\n}');
  });

  it('says what it is: Open Graph, Highwire, JSON-LD, canonical URL', () => {
    const { metadata, identifiers } = html(`<html lang="en-GB"><head><title>x</title>
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
    expect(html(`<script type="application/ld+json">${JSON.stringify(ld)}</script><p>${BODY}</p>`).metadata).toMatchObject({
      ...{ title: 'Lamps', authors: ['Ada'], publishedAt: '2024-05-03T08:00:00.000Z' },
    });
    expect(html(`<script type="application/ld+json">{broken</script><h1>Own</h1><p>${BODY}</p>`).metadata.title).toBe('Own');
  });

  it('finds links with 50 characters of context either side, resolved and without those to itself', () => {
    const { links } = html(
      `<p>${SENTENCE}See <a href="../lamps?utm_source=x#top">the page on lamps</a>, <a href="#note">a note</a>, <a href="mailto:a@b.c">mail</a> and https://other.example/x. ${SENTENCE}</p>`,
    );
    expect(links.map(({ targetKey }) => targetKey)).toEqual(['url:https://site.example/lamps', 'url:https://other.example/x']);
    const [first] = links;
    expect(first).toMatchObject({
      anchor: 'the page on lamps',
      context: expect.stringMatching(/^.{45,50}the page on lamps.{45,50}$/),
    });
  });

  it('tells citations written out in the text', () => {
    const { links } = html(
      `<p>${BODY} As shown (doi:10.1000/ABC.2) and in arXiv:2401.01234v2, and by <a href="https://doi.org/10.1000/xyz">them</a>.</p>`,
    );
    expect(links.map(({ targetKey }) => targetKey)).toEqual(['doi:10.1000/abc.2', 'arxiv:2401.01234', 'doi:10.1000/xyz']);
  });

  it.each([
    ['no html element', `<p>${BODY}<p>${BODY}`],
    ['a body only', `<body><div>${BODY}`],
    ['unclosed tags', `<html><body><div><p>${BODY}<b>${BODY}<table><tr><td>x`],
    ['stray end tags', `</div></p><html></b><body>${BODY}</span></body></html></html>`],
    ['a doctype and a comment first', `<!-- x --><!doctype html><!-- y --><html><body>${BODY}`],
    ['attributes without end', `<html><body><p class="a>b" title='<div>'>${BODY}</p><img src="x`],
  ])('with %s is read', (_what, markup) => {
    expect(html(markup).text).toContain(SENTENCE.trim());
  });

  it.each([
    ['100,000 nested divs', `${'<div>'.repeat(100_000)}${BODY}`],
    ['20,000 nested spans that are closed', `<html><body>${'<span>'.repeat(20_000)}${BODY}${'</span>'.repeat(20_000)}`],
    ['10,000 nested lists', `<html><body>${'<ul><li>'.repeat(10_000)}${BODY}`],
    ['20,000 open links', `${'<a href="x">'.repeat(20_000)}${BODY}`],
    ['100,000 empty paragraphs', `${'<p></p>'.repeat(100_000)}${BODY}`],
  ])(
    'with %s is read all the same',
    (_what, markup) => {
      expect(html(markup).text).toContain(SENTENCE.trim());
    },
    120_000,
  );
});

describe('Markdown', () => {
  it('keeps the heading path, lists, code and link targets', () => {
    const reading = markdown(
      `Intro: ${BODY}\n\n# Top\n\n${BODY}\n\n## Sub [link](https://a.example/x)\n\n- one\n- two with [ref][r]\n\n\`\`\`js\nlet a = 1;\n\`\`\`\n\n[r]: https://b.example/y\n`,
    );
    expect(paths(reading)).toEqual([[], ['Top'], ['Top', 'Sub link']]);
    expect(reading.metadata.title).toBe('Top');
    expect(reading.text).toContain('- one\n- two with ref');
    expect(reading.text).toContain('let a = 1;');
    expect(reading.links.map(({ targetKey }) => targetKey)).toEqual(['url:https://a.example/x', 'url:https://b.example/y']);
  });

  it('reads front matter', () => {
    const { metadata } = markdown(
      `---\ntitle: "Lamps: a study"\nauthors:\n  - Ada\n  - Max\ndate: 2024-05-03\nlang: de\n---\n\n# Other\n\n${BODY}`,
    );
    expect(metadata).toMatchObject({
      title: 'Lamps: a study',
      authors: ['Ada', 'Max'],
      publishedAt: '2024-05-03',
      language: 'de',
    });
  });

  it('of a depth no hand has written is read as text', () => {
    expect(markdown(`${'>'.repeat(20_000)} ${BODY}`).text).toContain(SENTENCE.trim());
    expect(markdown(`${'* '.repeat(20_000)} ${BODY}`).text).toContain(SENTENCE.trim());
  });
});

describe('plain text', () => {
  it('has its first line for a title and no headings', () => {
    const reading = read(`How lamps work\n\n${BODY}\n\n${BODY}`, 'text/plain');
    expect(reading.metadata.title).toBe('How lamps work');
    expect(paths(reading)).toEqual([[]]);
  });

  it('broken at a fixed width is joined, lists are not', () => {
    const wrapped =
      'The lighthouse keeper climbs the stairs each evening to light\nthe lamp for the ships at sea, and comes down in the morning\nwhen it is day.';
    expect(read(wrapped, 'text/plain').text).not.toContain('\n');
    expect(read(`Tools that every keeper needs in the tower at night:\n- a lamp\n- oil`, 'text/plain').text).toContain(
      '\n- a lamp\n- oil',
    );
  });

  it('knows its language when it is clear, and its own DOI when it is printed at the head', () => {
    const german = 'Der Leuchtturmwärter steigt jeden Abend die Treppe hinauf und zündet die Lampe für die Schiffe an.';
    expect(read(german, 'text/plain').metadata.language).toBe('de');
    expect(read('zzxq wvut 1234 5678 '.repeat(5), 'text/plain').metadata.language).toBeNull();
    expect(read(`Lamps\n\nDOI: 10.1000/lamp.7\n\n${BODY}`, 'text/plain').metadata.doi).toBe('10.1000/lamp.7');
    expect(read(`Lamps\n\n${BODY} See doi:10.1000/other.`, 'text/plain').metadata.doi).toBeNull();
    expect(read(`arXiv:2401.01234v2 [cs.CL] 3 Jan 2024\n\n${BODY}`, 'text/plain').metadata.arxivId).toBe('2401.01234');
  });
});

describe('the kind of a body', () => {
  it.each([
    ['text/plain', 'https://a.example/README.md', 'text/markdown'],
    [null, 'https://a.example/page', 'text/html'],
    ['application/octet-stream', 'https://a.example/notes.md', 'text/html'],
    ['application/xhtml+xml; charset=utf-8', null, 'text/html'],
  ])('declared %s at %s is read as %s', (declared, url, kind) => {
    const content = kind === 'text/html' ? `<!doctype html><p>${BODY}` : `# Title\n\n${BODY}`;
    expect(read(content, declared, url).contentType).toBe(kind);
  });

  it.each([
    ['application/pdf', 'anything', /PDF/],
    ['text/html', '%PDF-1.7', /PDF/],
    ['application/json', '{}', /application\/json/],
    ['text/plain', 'PK\x03\x04rest', /ZIP/],
    ['bad type <script>', 'x', /this content type/],
  ])('declared %s and beginning %j is refused by name', (declared, content, message) => {
    const refused = () => read(content + BODY, declared);
    expect(refused).toThrow(StageError);
    expect(refused).toThrow(message);
  });

  it('is decoded by mark, header, meta element or guess', () => {
    const words = `Größe und Straße. ${'Die Prüfung der Übertragung gelingt ohne Fehler. '.repeat(5)}`;
    const latin = Buffer.from(words, 'latin1');
    expect(read(Buffer.from(`\ufeff${words}`, 'utf16le'), 'text/plain').text).toContain('Größe und Straße');
    expect(read(latin, 'text/plain; charset=ISO-8859-1').text).toContain('Größe und Straße');
    expect(read(Buffer.concat([Buffer.from('<meta charset="windows-1252"><p>'), latin]), 'text/html').text).toContain(
      'Größe und Straße',
    );
    expect(read(latin, 'text/plain').text).toContain('Größe und Straße');
    expect(read(Buffer.from(words), 'text/plain; charset=no-such-thing').text).toContain('Größe und Straße');
    expect(read(latin, 'text/plain; charset=utf-8').text).toContain('Gr\ufffd\ufffde'.slice(0, 2));
  });
});
