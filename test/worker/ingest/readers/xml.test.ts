import { describe, expect, test } from 'vitest';
import { readAs } from '../../../support/kits/read-format.ts';

describe('XML', () => {
  test('XML: titles of a document are headings, and mixed text is a paragraph with its links', async () => {
    const { text, paths, links, metadata } = await readAs(
      'xml',
      `<?xml version="1.0"?><d:book xmlns:d="urn:d"><d:title>Lamps</d:title><d:chapter><d:title>Oil</d:title>
        <d:para>Whale <d:emphasis>oil</d:emphasis> burns, says <d:link href="https://a.example/x">the keeper</d:link>.</d:para>
        <d:programlisting>light(
  lamp)</d:programlisting><d:itemizedlist><d:listitem><d:para>one</d:para></d:listitem><d:listitem><d:para>two</d:para></d:listitem></d:itemizedlist>
        <d:table><d:row><d:entry>a</d:entry><d:entry>b</d:entry></d:row><d:row><d:entry>1</d:entry><d:entry>2</d:entry></d:row></d:table></d:chapter></d:book>`,
    );
    expect(metadata.title).toBe('Lamps');
    expect(paths).toEqual([['Lamps'], ['Lamps', 'Oil']]);
    expect(text).toContain('Whale oil burns, says the keeper.');
    expect(text).toContain('```\nlight(\n  lamp)\n```');
    expect(text).toContain('- one\n- two');
    expect(text).toContain('| 1 | 2 |');
    expect(links).toEqual([['the keeper', 'https://a.example/x']]);
  });

  test('XML: data is an outline of elements and attributes', async () => {
    const { text } = await readAs(
      'xml',
      '<shop city="Bonn"><item id="1"><name>Lamp</name></item><item id="2"><name>Lens</name></item></shop>',
    );
    expect(text).toContain('city: Bonn');
    expect(text).toMatch(/\| 1 \| Lamp \||item\.1\.name: Lamp/);
  });

  test('XML: entities of a document type are not expanded, and those of XML are', async () => {
    const bomb = `<!DOCTYPE a [<!ENTITY a "${'x'.repeat(50)}"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>`;
    const { text } = await readAs('xml', `<?xml version="1.0"?>${bomb}<a><b>&b;&f; &lt;tag&gt; &#228;</b></a>`);
    expect(text).not.toMatch(/xxx|root:|ENTITY/);
    expect(text).toContain('ä');
  });

  test('XML: the declaration names the encoding', async () => {
    const { text } = await readAs('xml', Buffer.from('<?xml version="1.0" encoding="iso-8859-1"?><a><b>Größe</b></a>', 'latin1'));
    expect(text).toContain('Größe');
  });

  test('XML: elements 5,000 deep keep their text, and more than 10,000 are refused', async () => {
    const nested = (depth: number) => `<r>${'<a>'.repeat(depth)}deep words${'</a>'.repeat(depth)}</r>`;
    expect((await readAs('xml', nested(5_000))).text).toContain('deep words');
    await expect(readAs('xml', nested(100_000))).rejects.toThrow(/nests elements more than 10000 deep/);
  });

  test('XML: a text without elements is kept as it is', async () => {
    expect((await readAs('xml', 'no markup')).text).toBe('```xml\nno markup\n```');
  });
});

describe('feeds', () => {
  test('RSS: entries are sections with date, author and link, and their HTML is read', async () => {
    const { text, paths, links, metadata } = await readAs(
      'feed',
      `<?xml version="1.0"?><rss version="2.0" xmlns:content="urn:c" xmlns:dc="urn:dc"><channel><title>Lamps &amp; lenses</title><description>News</description><language>en-us</language>
      <item><title>First</title><link>https://a.example/1</link><pubDate>Sun, 01 Mar 2026 10:00:00 GMT</pubDate><dc:creator>Ada</dc:creator><description>short</description>
      <content:encoded><![CDATA[<h2>Oil</h2><p>Whale <a href="/oil">oil</a> &amp; wick.</p>]]></content:encoded></item>
      <item><description>An entry without a title.</description></item></channel></rss>`,
    );
    expect(metadata).toMatchObject({ title: 'Lamps & lenses', description: 'News', language: 'en' });
    const top = 'Lamps & lenses';
    expect(paths).toEqual([[top], [top, 'First'], [top, 'First', 'Oil'], [top, 'An entry without a title.']]);
    expect(text).toContain('2026-03-01T10:00:00.000Z · Ada · https://a.example/1');
    expect(text).toContain('Whale oil & wick.');
    expect(text).not.toContain('short');
    expect(links).toContainEqual(['oil', 'https://a.example/oil']);
  });

  test('Atom: the alternate link is the address, and XHTML content is read', async () => {
    const { text, paths } = await readAs(
      'feed',
      `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Leuchten</title><author><name>Max</name></author>
      <entry><title type="html">Die &lt;b&gt;Lampe&lt;/b&gt;</title><link rel="self" href="https://a.example/self"/><link href="https://a.example/2"/><updated>2026-03-02T00:00:00Z</updated>
      <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Öl &amp; Docht</p></div></content></entry></feed>`,
    );
    expect(paths).toEqual([['Leuchten'], ['Leuchten', 'Die Lampe']]);
    expect(text).toContain('https://a.example/2');
    expect(text).toContain('Öl & Docht');
  });

  test('RSS 1.0: entries beside the channel are found', async () => {
    const { paths } = await readAs(
      'feed',
      '<rdf:RDF xmlns:rdf="urn:r"><channel><title>L</title></channel><item><title>One</title><description>x</description></item></rdf:RDF>',
    );
    expect(paths).toEqual([['L'], ['L', 'One']]);
  });
});
