import { expect, test } from 'vitest';
import { byteOrderMark, isMarkedUtf16 } from '../../../src/kernel/core/byte-order-mark.ts';

test.each([
  ['UTF-8', [0xef, 0xbb, 0xbf, 0x61], 'utf-8', false],
  ['UTF-16 little-endian', [0xff, 0xfe, 0x61, 0x00], 'utf-16le', true],
  ['UTF-16 big-endian', [0xfe, 0xff, 0x00, 0x61], 'utf-16be', true],
  ['no mark', [0x61, 0x62, 0x63], null, false],
  ['half a mark', [0xff], null, false],
  ['no bytes', [], null, false],
])('byte-order mark: %s is recognised', (_what, bytes, encoding, utf16) => {
  expect(byteOrderMark(Uint8Array.from(bytes))).toBe(encoding);
  expect(isMarkedUtf16(Uint8Array.from(bytes))).toBe(utf16);
});
