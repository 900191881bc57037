import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readHtml } from '../../../../worker-node/ingest/readers/html.ts';
import { readJsonLd } from '../../../../worker-node/ingest/readers/json-ld.ts';

const metadata = (markup: string, url = 'https://www.site.example/page') => readHtml(`${markup}<p>Some text.`, url).metadata;
const script = (content: string, type = 'application/ld+json') => `<script type="${type}">${content}</script>`;
const article = (fields: object) => JSON.stringify({ '@type': 'Article', headline: 'Lamps', ...fields });

describe('readJsonLd', () => {
  const source = article({ datePublished: '2024-05-06', author: { name: 'Ada' } });
  const expected = { title: 'Lamps', authors: ['Ada'], publishedAt: '2024-05-06' };

  it.each([
    ['a CDATA section', `//<![CDATA[\n${source}\n//]]>`],
    ['a CDATA section in comments', `/*<![CDATA[*/${source}/*]]>*/`],
    ['a comment', `<!--\n${source}\n-->`],
    ['a semicolon behind it', `${source};`],
    ['a trailing comma', source.replace('}}', '},}')],
    ['a trailing comma and white space', source.replace('}}', '} , \n }')],
    ['a list', `[{"@type":"WebSite","name":"Site"},${source}]`],
    ['a graph', `{"@graph":[{"@type":"WebSite"},${source}]}`],
    ['a graph that is one object', `{"@graph":${source}}`],
    ['a page of which it is the main entity', `{"@type":"WebPage","name":"Lamps","mainEntity":${source}}`],
    ['a type among several', source.replace('"Article"', '["Thing","Article"]')],
  ])('JSON-LD: an article with %s is read', (_what, content) => {
    expect(metadata(script(content))).toMatchObject(expected);
  });

  it.each([
    'application/ld+json; charset=utf-8',
    'Application/LD+JSON',
    ' application/ld+json ',
  ])('JSON-LD: a script of type %j is read', (type) => {
    expect(metadata(script(source, type))).toMatchObject(expected);
  });

  it('JSON-LD: a raw line end in a string is white space of it', () => {
    const { description } = metadata(script(article({ description: 'one DELIM two' }).replace('DELIM', '\n\t')));
    expect(description).toBe('one two');
  });

  it('JSON-LD: of headline and name the one counts that the page is titled by', () => {
    const markup = script(article({ name: 'Semantic satiation', headline: 'psychological phenomenon' }));
    expect(metadata(`<title>Semantic satiation - Wikipedia</title>${markup}`).title).toBe('Semantic satiation');
    expect(metadata(`<title>psychological phenomenon</title>${markup}`).title).toBe('psychological phenomenon');
  });

  it('JSON-LD: entities and markup in a headline are resolved', () => {
    expect(metadata(script(article({ headline: 'Tom &amp; Jerry &#8217;s <b>lamp</b>' }))).title).toBe('Tom & Jerry ’s lamp');
  });

  it('JSON-LD: authors are found by their id, in lists, and as lists of names', () => {
    const graph = (author: unknown) =>
      script(
        JSON.stringify({
          '@graph': [
            { '@type': 'Article', author },
            { '@id': '#p', '@type': 'Person', name: 'Ada Byron' },
          ],
        }),
      );
    expect(metadata(graph({ '@id': '#p' })).authors).toEqual(['Ada Byron']);
    expect(metadata(graph([{ '@id': '#p' }, 'Max Born'])).authors).toEqual(['Ada Byron', 'Max Born']);
    expect(metadata(graph({ name: ['Ada Byron', 'Countess of Lovelace'] })).authors).toEqual(['Ada Byron']);
  });

  it('JSON-LD: a posting is preferred to the page before it', () => {
    const page = { '@type': 'WebPage', name: 'Site home', datePublished: '2001-01-01' };
    const posting = { '@type': 'BlogPosting', headline: 'Lamps', datePublished: '2024-05-06' };
    expect(metadata(script(JSON.stringify({ '@graph': [page, posting] })))).toMatchObject({
      title: 'Lamps',
      publishedAt: '2024-05-06',
    });
  });

  it('JSON-LD: of several articles the one counts that the page is titled by', () => {
    const all = ['Other', 'Lamps'].map((headline, i) => JSON.parse(article({ headline, datePublished: `2024-05-0${i + 1}` })));
    expect(metadata(`<title>Lamps | Site</title>${script(JSON.stringify(all))}`)).toMatchObject({
      title: 'Lamps',
      publishedAt: '2024-05-02',
    });
  });

  it('JSON-LD: what is read of JSON is read of the same JSON with commas and line ends that do not belong there', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', ' ', '"', '\\', ',', '}', ']', 'é') });
    fc.assert(
      fc.property(texts, fc.constantFrom('', ',', ' ,\n'), (description, extra) => {
        const content = JSON.stringify({ '@type': 'Article', author: ['Ada'], description });
        const sloppy = content.replace('["Ada"]', `["Ada"${extra}]`).replace(/}$/, `${extra}}`);
        expect(readJsonLd([sloppy], null)).toEqual(readJsonLd([content], null));
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['text', 'var a = 1'],
    ['an unclosed object', '{"a":'],
    ['100,000 brackets', '['.repeat(100_000)],
    ['100,000 commas', `[${','.repeat(100_000)}]`],
    ['objects that name each other', '{"@graph":[{"@id":"a","author":{"@id":"a"},"@type":"Article"}]}'],
  ])('JSON-LD: %s gives nothing, and no error', (_what, content) => {
    expect(metadata(script(content))).toMatchObject({ authors: [], publishedAt: null });
  });
});

describe('readHtmlMetadata: authors', () => {
  it.each([
    [
      'an element with name, date and biography',
      '<div itemprop="author"><span itemprop="name">Dana Good</span> - <time>Apr 16, 2015 8:02 pm UTC</time><p>Dana has written much.</p></div>',
      ['Dana Good'],
    ],
    [
      'an element of a whole biography',
      `<div itemprop="author">Über Kathrin. Hallo, ich bin Bloggerin. ${'Mehr dazu. '.repeat(9)}</div>`,
      [],
    ],
    ['a name with a date', '<span class="byline">Steven Musil January 18, 2017 11:00 PM PST</span>', []],
    ['a byline', '<p class="byline">By Ann Lee</p>', ['Ann Lee']],
    ['a link to the author', '<a rel="author" href="/x">Zeige alle Beiträge von Ann Lee →</a>', ['Ann Lee']],
    ['two names in metadata', '<meta name=author content="Ann Lee and Bo Day">', ['Ann Lee', 'Bo Day']],
    [
      'an institution with "und"',
      '<meta name=author content="Landesanstalt für Wald und Forstwirtschaft">',
      ['Landesanstalt für Wald und Forstwirtschaft'],
    ],
    ['the site itself', '<meta property="og:site_name" content="The Daily Lamp"><meta name=author content="The Daily Lamp">', []],
    ['the host', '<meta name=author content="site.example">', []],
    ['the publisher', script(article({ author: { name: 'Lamp Inc' }, publisher: { name: 'Lamp Inc' } })), []],
    ['a URL', '<meta property="article:author" content="https://social.example/ann">', []],
    ['the author of a comment', '<div class="comments"><span class="author">Troll</span></div>', []],
    [
      'Highwire tags',
      '<meta name=citation_author content="Byron, Ada"><meta name=citation_author content="Born, Max">',
      ['Byron, Ada', 'Born, Max'],
    ],
  ])('HTML: %s gives the right authors', (_what, markup, authors) => {
    expect(metadata(markup).authors).toEqual(authors);
  });
});

describe('readHtmlMetadata: dates', () => {
  it.each([
    ['a date with dots', '<meta property="article:published_time" content="06.05.2024">', '2024-05-06'],
    ['a time without zone', '<meta property="article:published_time" content="2024-05-06 23:30:00">', '2024-05-06'],
    [
      'a time with zone',
      '<meta property="article:published_time" content="2024-05-06T23:30:00-05:00">',
      '2024-05-07T04:30:00.000Z',
    ],
    [
      'an ambiguous date, then a clear one',
      '<meta name=date content="06/05/2024"><span itemprop=datePublished content="2024-06-05"></span>',
      '2024-06-05',
    ],
    ['a time in the sidebar', '<h1>Lamps</h1><aside><time datetime="2019-01-01">old</time></aside>', null],
    [
      'a time of another article',
      '<h1>Lamps</h1><div><article><time datetime="2019-01-01">old</time></article><article></article></div>',
      null,
    ],
    [
      'a time in the article of the heading',
      '<article><h1>Lamps</h1><time datetime="2024-05-06">6 May</time></article>',
      '2024-05-06',
    ],
    [
      'a time in the footer of the article',
      '<article><h2>Lamps</h2><footer><time class="entry-date" datetime="2024-05-06">6 May</time></footer></article>',
      '2024-05-06',
    ],
    [
      'a time in the footer of the page',
      '<h1>Lamps</h1><footer><time class="entry-date" datetime="2019-01-01"></time></footer>',
      null,
    ],
    [
      'the header of a day in a blog whose posts are widgets',
      '<h1>My blog</h1><div class="widget Blog"><h2 class="date-header"><span>Samstag, 5. Oktober 2013</span></h2><h3 class="post-title">Lamps</h3></div>',
      '2013-10-05',
    ],
    [
      'a widget beside the post',
      '<h3 class="post-title">Lamps</h3><div class="widget"><span class="published">5. Oktober 2013</span></div>',
      null,
    ],
    [
      'a line of author and date below the heading',
      '<div><h1>Lamps</h1><p class="info">By Ada on 6 May 2024 in Lights</p></div>',
      '2024-05-06',
    ],
    [
      'a line above the heading',
      '<div><div><span class="date">6. Mai 2024</span></div><div><h1>Lamps</h1></div></div>',
      '2024-05-06',
    ],
    [
      'a line nearer to the heading than another',
      '<div><p class="meta">1 May 2024</p><div><h1>Lamps</h1><p class="meta">6 May 2024</p></div></div>',
      '2024-05-06',
    ],
    ['a line of two dates', '<div><h1>Lamps</h1><p class="info">6 May 2024 to 9 May 2024</p></div>', null],
    ['a date of a change', '<div><h1>Lamps</h1><p class="info">Updated: 6 May 2024</p></div>', null],
    [
      'a date beside the word of a change',
      '<div><h1>Lamps</h1><p>last edited <span class="odate">6 May 2024</span></p></div>',
      null,
    ],
    ['a line of a teaser', '<div><h1>Lamps</h1><a class="teaser"><em class="teaser-date">6 May 2024</em></a></div>', null],
    ['a sentence', '<div><h1>Lamps</h1><p>Built on 6 May 2024.</p></div>', null],
    ['an element in RDFa', '<span property="dc:date dc:created" content="2024-05-06"></span>', '2024-05-06'],
    ['a meta element of a press', '<meta name="publishdate" content="2024-05-06 10:00">', '2024-05-06'],
    ['a date in words', '<span class="entry-date">Published: 6 May 2024</span>', '2024-05-06'],
  ])('HTML: %s gives the right date', (_what, markup, date) => {
    expect(metadata(markup).publishedAt).toBe(date);
  });

  it('HTML: the address gives the date where the page gives none', () => {
    expect(metadata('', 'https://site.example/2024/05/06/lamps').publishedAt).toBe('2024-05-06');
    expect(metadata('', 'https://site.example/2024-05-06-lamps').publishedAt).toBe('2024-05-06');
    expect(metadata('', 'https://site.example/2024/13/06/lamps').publishedAt).toBeNull();
    expect(metadata('', 'https://site.example/item/20240506').publishedAt).toBeNull();
  });
});

describe('readHtmlMetadata: titles', () => {
  it.each([
    ['<title>Keepers | Site</title><h1>Keepers</h1>', 'Keepers'],
    ['<title>Site: Keepers</title><h1>Keepers</h1>', 'Keepers'],
    ['<title>Keepers - The Daily Lamp</title><meta property="og:site_name" content="The Daily Lamp">', 'Keepers'],
    ['<title>Keepers – site.example</title>', 'Keepers'],
    ['<meta property="og:title" content="Keepers · Site"><h1>Keepers</h1>', 'Keepers'],
    ['<title>Man – Machine: a study</title>', 'Man – Machine: a study'],
    ['<title>Keepers - Other</title>', 'Keepers - Other'],
    ['<h1>Keepers</h1><h2>Install</h2>', 'Keepers'],
    ['<h2>Install</h2><h2>Keepers</h2>', 'Keepers'],
  ])('HTML: %s has the title %j', (markup, title) => {
    expect(metadata(markup).title).toBe(title);
  });
});
