import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseContentType } from '../../../src/kernel/model/content-type.ts';
import { type DetectedFormat, detectFormat, noDocument } from '../../../src/kernel/model/detect-format.ts';
import { ALL_EXTENSIONS, definitionOf, FORMAT_NAMES } from '../../../src/kernel/model/format-lookup.ts';
import { UNREADABLE_KINDS } from '../../../src/kernel/model/unreadable-kinds.ts';
import { contentTypeOf } from '../../../src/services/resources/uploaded-file.ts';
import { zip } from '../../support/fixtures/zip.ts';

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const detect = (bytes: string | Uint8Array, declared = '', name = ''): DetectedFormat =>
  detectFormat(typeof bytes === 'string' ? latin1(bytes) : bytes, { declared: parseContentType(declared), name });
const refusalOf = (detected: DetectedFormat) => ('refusal' in detected ? detected.refusal : '');

const mediaType = fc.constantFrom(
  '',
  'text/plain',
  'text/x-unknown',
  'application/octet-stream',
  ...FORMAT_NAMES.flatMap((name) => [definitionOf(name).mediaType, ...definitionOf(name).aliases]),
);
const filename = fc.constantFrom('', 'README', 'server.unknown', ...ALL_EXTENSIONS.map((extension) => `notes.${extension}`));
const text = fc.constantFrom(
  'One line.',
  '# Title\n\nText',
  '<!doctype html><p>Text',
  '{"a": 1}',
  '<?xml version="1.0"?><a/>',
  'a,b\n1,2\n',
);

describe('detectFormat', () => {
  test.each([
    ['One line.', '', '', 'text'],
    ['\xef\xbb\xbf<!doctype html><p>Text', '', 'page', 'html'],
    ['<?xml version="1.0"?>\n<!DOCTYPE html><html>', '', 'page', 'html'],
    ['<p>Text', 'text/html, text/html; charset=utf-8', 'page', 'html'],
    ['<!doctype html><p>Text', 'html', 'page', 'html'],
    ['T\0e\0x\0t\0', 'text/plain; charset=ucs-2', '', 'text'],
    ['print("x")', 'text/x-unknown', 'server.unknown', 'text'],
    ['print("x")', 'text/x-python', 'server.unknown', 'code'],
    ['#!/bin/sh\necho x', '', 'install', 'code'],
    ['{"a": 1}', 'text/plain', 'notes.unknown', 'text'],
    ['{"a": 1}', '', '', 'json'],
    ['{"cells": [{"cell_type": "code"}]}', 'application/json', '', 'notebook'],
    ['a,b\n1,2', 'text/plain', 'rows.csv', 'csv'],
    ['<?xml version="1.0"?><rss version="2.0">', 'text/xml', '', 'feed'],
    ['<?xml version="1.0"?><!-- x --><feed xmlns="x">', '', '', 'feed'],
    ['<?xml version="1.0"?><book/>', '', '', 'xml'],
    ['.\\" x\n.TH LAMP 1', '', 'lamp.1', 'man'],
    ['WEBVTT\n', 'application/octet-stream', '', 'subtitles'],
    ['% x\n\\documentclass{article}', '', '', 'latex'],
    ['level=info', 'application/octet-stream', 'app.unknown', 'text'],
    ['# Title', 'text/plain', 'notes.md', 'markdown'],
    ['# Title', 'application/octet-stream', 'notes.MD', 'markdown'],
    ['<p>x', 'text/html', 'notes.md', 'html'],
    ['<!-- x --><!DOCTYPE html><p>x', '', '', 'html'],
    ['<!doctype html><p>x', '', '/docs/README.md', 'html'],
    ['<!doctype html><p>x', 'text/plain', '', 'text'],
    ['text that is called an image', 'image/png', 'a.png', 'text'],
    ['GIF87a is an old version of the format', '', '', 'text'],
  ])('format: %j declared as %j with the name %j is %s', (content, declared, name, format) => {
    expect(detect(content, declared, name)).toEqual({ format });
  });

  test('format: office documents are known by what is in their archives, whatever was declared', () => {
    const entry = (name: string) => zip({ '[Content_Types].xml': '', [name]: '' });
    const odf = (kind: string) => ({ name: 'mimetype', content: `application/vnd.oasis.opendocument.${kind}`, stored: true });
    const archives = {
      docx: [entry('word/document.xml')],
      xlsx: [entry('xl/workbook.xml')],
      pptx: [entry('ppt/presentation.xml')],
      odt: [zip([odf('text')]), zip([{ name: 'content.xml', content: '' }, odf('text-template')])],
      ods: [zip([odf('spreadsheet')])],
      odp: [zip([odf('presentation'), { name: 'content.xml', content: '' }])],
    };
    for (const [format, samples] of Object.entries(archives))
      for (const bytes of samples)
        for (const declared of ['', 'application/zip', 'text/plain', definitionOf('docx').mediaType])
          expect(detect(bytes, declared, 'a.odt')).toEqual({ format });
    expect(refusalOf(detect(zip({ 'a.txt': '' }), '', 'a.docx'))).toContain('unpack it');
  });

  test('format: OpenDocument whose mimetype was compressed is known by its type or name, and its content.xml', () => {
    const packed = zip({ 'content.xml': '', mimetype: definitionOf('odt').mediaType });
    expect(detect(packed, '', 'a.ODT')).toEqual({ format: 'odt' });
    expect(detect(packed, definitionOf('ods').mediaType, 'a')).toEqual({ format: 'ods' });
    expect(refusalOf(detect(packed, '', 'a.zip'))).toContain('unpack it');
    expect(refusalOf(detect(packed, '', 'a.docx'))).toContain('unpack it');
    expect(refusalOf(detect(zip({ 'a.txt': '' }), '', 'a.odt'))).toContain('unpack it');
  });

  test('format: text in UTF-16 is text, with its mark or by its declared charset', () => {
    expect(detect('\xff\xfea\0b\0')).toEqual({ format: 'text' });
    expect(detect('a\0b\0', 'text/plain; charset=utf-16le')).toEqual({ format: 'text' });
    expect(refusalOf(detect('a\0b\0', 'text/plain'))).toContain('neither text');
  });

  test.each(
    UNREADABLE_KINDS.flatMap(({ label, magic, advice }) => magic.map((one) => [label, one, advice] as const)),
  )('format: %s that begins with %j is refused with what to do, whatever was declared', (label, {
    bytes,
    offset = 0,
  }, advice) => {
    const file = `${'\x01'.repeat(offset)}${bytes}${'\0\x01\x02\x03'.repeat(50)}`;
    for (const declared of ['', 'text/plain', 'text/html']) {
      const refusal = refusalOf(detect(file, declared, 'a.txt'));
      if (!/image|file/.test(label)) expect(refusal).toContain(label);
      expect(refusal).toContain(advice);
    }
  });

  test('format: bytes of no kind that is known are refused with the formats that are read', () => {
    expect(refusalOf(detect('\x01\x02\x03'.repeat(100), 'text/plain', 'a.md'))).toMatch(/neither text.*HTML, Markdown/);
  });

  test('format: a document that is larger than its format may be is refused with the limit', () => {
    const { maxMegabytes } = definitionOf('text');
    const large = new Uint8Array(maxMegabytes * 1024 * 1024 + 1).fill(0x61);
    expect(refusalOf(detect(large))).toContain(`up to ${maxMegabytes} MB`);
    expect(detect(large.subarray(1))).toEqual({ format: 'text' });
  });

  test('format: the type under which a document is stored has the worker detect what the API detected', () => {
    fc.assert(
      fc.property(text, mediaType, filename, (content, declared, name) => {
        const bytes = latin1(content);
        const stored = contentTypeOf({ field: 'file', bytes, declared, filename: name });
        expect(detect(content, stored, name)).toEqual(detect(content, declared, name));
      }),
    );
  });

  test('format: any bytes have a format or a reason', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom('', 'PK\x03\x04', 'PK\x05\x06'),
        mediaType,
        filename,
        (bytes, start, declared, name) => {
          const detected = detect(Uint8Array.of(...latin1(start), ...bytes), declared, name);
          expect('format' in detected || detected.refusal !== '').toBe(true);
        },
      ),
    );
  });
});

test.each([
  ['\x7fELF\x02\x01\x01\0\0', 'a program'],
  ['\x89PNG\r\n\x1a\n\0\0\0', 'a PNG image'],
  ['ID3\x04\0\0\0\0\0\0\0\0', 'an audio file'],
  ['SQLite format 3\0\x10\0', 'a SQLite database'],
  // What a later version may read, and text, are the server's to decide.
  ['PK\x03\x04\x14\0\0\0', undefined],
  ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0', undefined],
  ['\0\x01\x02\x03 an unknown kind', undefined],
  ['MZ is how this text begins', undefined],
  ['', undefined],
])('noDocument: %j is %s', (start, kind) => {
  expect(noDocument(Uint8Array.from(start, (character) => character.charCodeAt(0)))?.label).toBe(kind);
});
