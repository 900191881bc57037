import { expect, it } from 'vitest';
import { parseContentType } from '../../../src/kernel/model/content-type.ts';

it.each([
  ['text/html', 'text/html', null],
  ['Text/HTML; Charset="UTF-8"; x=y', 'text/html', 'utf-8'],
  ["text/html; charset='utf-8'", 'text/html', 'utf-8'],
  ['text/html, text/html; charset=utf-8', 'text/html', 'utf-8'],
  ['text/html; charset=utf-8, text/html', 'text/html', 'utf-8'],
  ['text/plain; charset=utf-8, text/html', 'text/html', null],
  ['text/html, */*', 'text/html', null],
  ['text/html, html', 'text/html', null],
  ['text/plain; name="a,b.txt"', 'text/plain', null],
  ['html', '', null],
  ['*/*', '', null],
  ['bad type <script>', '', null],
  ['', '', null],
  [null, '', null],
  [`${'a/b,'.repeat(100_000)}c/d`, 'a/b', null],
])('content types: %j is %s with charset %s', (header, mediaType, charset) => {
  expect(parseContentType(header)).toEqual({ mediaType, charset });
});
