import { describe, expect, test } from 'vitest';
import {
  ACCEPT,
  FORMATS,
  type Format,
  formatOfFilename,
  formatOfMediaType,
  parseContentType,
  SUPPORTED_FORMATS,
  SUPPORTED_MEDIA_TYPES,
} from '../../../src/kernel/model/formats.ts';

const formats = Object.entries(FORMATS) as [Format, (typeof FORMATS)[Format]][];

describe('formats', () => {
  test.each(formats)('formats: %s is found by its media types and its extensions', (name, { mediaType, aliases, extensions }) => {
    for (const type of [mediaType, ...aliases]) expect(formatOfMediaType(type)).toBe(name);
    for (const extension of extensions) {
      expect(formatOfFilename(`notes.${extension}`)).toBe(name);
      expect(formatOfFilename(`/path/NOTES.${extension.toUpperCase()}`)).toBe(name);
    }
  });

  test('formats: no media type or extension belongs to two formats', () => {
    const keys = formats.flatMap(([, { mediaType, aliases, extensions }]) => [mediaType, ...aliases, ...extensions]);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('formats: an unknown media type or extension has no format', () => {
    expect(formatOfMediaType('application/pdf')).toBeUndefined();
    expect(formatOfMediaType('')).toBeUndefined();
    for (const name of ['', 'notes', 'notes.pdf', 'md', 'notes.md.zip']) expect(formatOfFilename(name)).toBeUndefined();
  });

  test('formats: messages and the Accept header list every format', () => {
    expect(SUPPORTED_MEDIA_TYPES).toBe('text/html, text/markdown and text/plain');
    expect(SUPPORTED_FORMATS).toBe('HTML, Markdown and plain text');
    expect(ACCEPT).toBe('text/html,application/xhtml+xml;q=0.9,text/markdown;q=0.9,text/plain;q=0.8,*/*;q=0.1');
  });
});

describe('parseContentType', () => {
  test.each([
    [null, '', null],
    ['', '', null],
    ['text/html', 'text/html', null],
    [' Text/HTML ; Charset="UTF-8"', 'text/html', 'utf-8'],
    ['text/plain; format=flowed; charset=iso-8859-1', 'text/plain', 'iso-8859-1'],
    ['text/plain; charset=', 'text/plain', null],
    ['text/plain; charset=a b', 'text/plain', null],
  ])('parseContentType: %j has media type %j and charset %j', (header, mediaType, charset) => {
    expect(parseContentType(header)).toEqual({ mediaType, charset });
  });
});
