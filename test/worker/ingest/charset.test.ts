import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { charsetName, decodeText } from '../../../worker-node/ingest/charset.ts';

const decode = (bytes: Uint8Array | readonly number[], declared: string | null = null, html = false) =>
  decodeText(Uint8Array.from(bytes), { declared, html });
const ascii = (text: string) => Buffer.from(text, 'latin1');

/** 天气预报 in GBK, 한국 in EUC-KR, Маяк in windows-1251, 日本 in Shift_JIS. */
const WEATHER = [0xcc, 0xec, 0xc6, 0xf8, 0xd4, 0xa4, 0xb1, 0xa8];
const KOREA = [0xc7, 0xd1, 0xb1, 0xb9];
const LIGHTHOUSE = [0xcc, 0xe0, 0xff, 0xea];
const JAPAN = [0x93, 0xfa, 0x96, 0x7b];

describe('decodeText: declared charsets', () => {
  it.each([
    ['gbk', WEATHER, '天气预报'],
    ['GB2312', WEATHER, '天气预报'],
    ['cp936', WEATHER, '天气预报'],
    ['MS949', KOREA, '한국'],
    ['ks_c_5601-1987', KOREA, '한국'],
    ['win-1251', LIGHTHOUSE, 'Маяк'],
    ['cp1251', LIGHTHOUSE, 'Маяк'],
    [' Windows_1251 ', LIGHTHOUSE, 'Маяк'],
    ['cp932', JAPAN, '日本'],
    ['koi8r', [0xed, 0xc1, 0xd1, 0xcb], 'Маяк'],
    ['iso8859_5', [0xbc, 0xd0, 0xef, 0xda], 'Маяк'],
    ['latin1', [0x80], '€'],
    ['ascii', [0x93, 0x94], '“”'],
    ['utf_8', [0xc3, 0xa9], 'é'],
    ['big5', [0xa4, 0xa4], '中'],
  ])('charset: the label %j is understood', (label, bytes, text) => {
    expect(decode(bytes, label)).toBe(text);
  });

  it.each([
    'no-such-thing',
    'x',
    '',
    'replacement',
    'hz-gb-2312',
    'cp99999',
    'windows-1259',
  ])('charset: the label %j declares nothing, so that UTF-8 is read', (label) => {
    expect(charsetName(label)).toBeNull();
    expect(decode(Buffer.from('Größe und Straße'), label)).toBe('Größe und Straße');
  });

  it('charset: an unknown label leaves the guess that is made without one', () => {
    const text = 'На берегу стоит старый маяк. Каждый вечер смотритель поднимается по лестнице и зажигает лампу.';
    const words = Buffer.from([...text].map((letter) => (letter >= 'А' ? letter.charCodeAt(0) - 0x350 : letter.charCodeAt(0))));
    expect(decode(words, 'cyrillic-of-some-kind')).toBe(decode(words, null));
    expect(decode(words, null)).toBe(text);
  });

  it.each([
    'utf-16',
    'utf-16le',
    'UCS-2',
    'unicode',
  ])('charset: text in UTF-16 without a mark is read where %s is declared', (label) => {
    expect(decode(Buffer.from('Маяк 日本', 'utf16le'), label)).toBe('Маяк 日本');
    expect(decode(Buffer.from('Маяк', 'utf16le').swap16(), 'utf-16be')).toBe('Маяк');
  });

  it('charset: a byte that is invalid in the declared encoding costs one character', () => {
    expect(decode([...WEATHER, 0xff, 0x20, ...WEATHER], 'gbk')).toBe('天气预报\ufffd 天气预报');
  });

  it('charset: a mark is stronger than the declaration', () => {
    expect(decode(Buffer.from('\ufeffMaß'), 'windows-1251')).toBe('Maß');
    expect(decode(Buffer.from('\ufeffMaß', 'utf16le'), 'utf-8')).toBe('Maß');
  });
});

describe('decodeText: markup', () => {
  it.each([
    ['a label of another standard', '<meta charset="cp1251">', LIGHTHOUSE, 'Маяк'],
    ['a label that only programs know', '<meta charset="cp936">', WEATHER, '天气预报'],
    ['a label in http-equiv', '<meta http-equiv=content-type content="text/html; charset=win-1251">', LIGHTHOUSE, 'Маяк'],
    ['one in a comment before the real one', '<!-- <meta charset=koi8-r> --><meta charset=windows-1251>', LIGHTHOUSE, 'Маяк'],
    ['one of a program in a comment', '<!-- <meta charset=koi8r> --><meta charset=win-1251>', LIGHTHOUSE, 'Маяк'],
    ['utf-16, which the page itself disproves', '<meta charset="utf-16">', [...Buffer.from('Маяк')], 'Маяк'],
  ])('charset: a page is decoded by %s', (_what, head, bytes, text) => {
    expect(decode([...ascii(head), ...bytes], null, true)).toBe(head + text);
  });

  it('charset: markup names nothing in a document that is not HTML', () => {
    const source = Buffer.from('<meta charset="windows-1251"> Größe');
    expect(decode(source, null, false)).toContain('Größe');
  });
});

describe('decodeText: undeclared charsets', () => {
  it('charset: a bad byte in UTF-8 costs one character', () => {
    const text = 'Die Größe der Straße: 天气预报 und mehr davon. '.repeat(3);
    fc.assert(
      fc.property(fc.nat(Buffer.byteLength(text)), fc.constantFrom(null, 'utf-8', 'no-such-thing'), (at, declared) => {
        const bytes = Buffer.from(text);
        const broken = Buffer.concat([bytes.subarray(0, at), Buffer.from([0xff]), bytes.subarray(at)]);
        const found = decode(broken, declared);
        const kept = found.replaceAll('\ufffd', '');
        expect(found).toContain('\ufffd');
        // Inside of a character it costs that one as well.
        expect(kept.length).toBeGreaterThanOrEqual(text.length - 1);
      }),
    );
  });

  it('charset: whatever is written in UTF-8 is read as it is, declared or not', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom(null, 'utf-8', 'utf8', 'bogus'), (text, declared) => {
        fc.pre(!text.startsWith('\ufeff') && !text.includes('\0') && !text.includes('\x1b'));
        expect(decode(Buffer.from(text), declared)).toBe(text);
      }),
    );
  });

  it('charset: arbitrary bytes are decoded under any label', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(null, 'gbk', 'euc-kr', 'iso-2022-jp', 'utf-16le', 'x'),
        (bytes, label) => {
          expect(typeof decode(bytes, label, true)).toBe('string');
        },
      ),
    );
  });

  it('charset: one accent of Latin-1 in an English text is that letter', () => {
    expect(decode(ascii('They met in a caf\xe9 near the harbour.'))).toContain('café');
    expect(decode(ascii('They met in a caf\xe9 near the harbour.'), 'utf-8')).toContain('café');
  });

  it('charset: Latin-1 that is declared as UTF-8 is read as Latin-1', () => {
    const text = 'Größe und Straße. Die Prüfung der Übertragung gelingt ohne Fehler. ';
    expect(decode(ascii(text.repeat(3)), 'utf-8')).toBe(text.repeat(3));
  });

  it('charset: ISO-2022-JP is known by its escapes, and an escape in other text stays', () => {
    const bytes = [0x1b, 0x24, 0x42, 0x46, 0x7c, 0x4b, 0x5c, 0x1b, 0x28, 0x42, 0x2e];
    expect(decode(bytes)).toBe('日本.');
    expect(decode(bytes, null, true)).toBe('日本.');
    expect(decode(ascii('\x1b[31mred\x1b[0m'))).toBe('\x1b[31mred\x1b[0m');
  });

  it('charset: text in UTF-16 without a mark is known by its NUL bytes', () => {
    const text = 'A lighthouse stands on the cliff.';
    expect(decode(Buffer.from(text, 'utf16le'))).toBe(text);
    expect(decode(Buffer.from(text, 'utf16le').swap16())).toBe(text);
  });
});
