/** Named arrays in one file, each with its length and checksum: magic, format, header's length and checksum, header, arrays. */
import { crc32 } from 'node:zlib';

const MAGIC = 0x58_49_48_50; // "PHIX"
/** Raised with every change of what is written. */
const FORMAT = 4;
const PREAMBLE_BYTES = 16;
const ALIGNMENT = 8;
/** A header names some ten arrays for each 8,192 chunks. */
const MAX_HEADER_BYTES = 16 * 1024 * 1024;

interface Section {
  readonly name: string;
  readonly bytes: number;
  readonly checksum: number;
}

/** Bytes whose checksum is made in one step. */
const BYTES_A_STEP = 4 * 1024 * 1024;

export class DamagedIndex extends Error {
  override readonly name = 'DamagedIndex';
}

export class SectionWriter {
  readonly #arrays: { readonly name: string; readonly bytes: Uint8Array }[] = [];

  /** Adds a copy of an array: the index may change before the file is written. */
  add(name: string, array: ArrayBufferView): void {
    this.#arrays.push({ name, bytes: bytesOf(array).slice() });
  }

  /** Adds an array that does not change. */
  addConstant(name: string, array: ArrayBufferView): void {
    this.#arrays.push({ name, bytes: bytesOf(array) });
  }

  addJson(name: string, value: unknown): void {
    this.addConstant(name, new TextEncoder().encode(JSON.stringify(value)));
  }

  /** What a file holds, in order, by steps of some milliseconds. */
  *finish(): Generator<void, Uint8Array[]> {
    const sections: Section[] = [];
    for (const { name, bytes } of this.#arrays) {
      let checksum = 0;
      for (let at = 0; at < bytes.length; at += BYTES_A_STEP) {
        checksum = crc32(bytes.subarray(at, at + BYTES_A_STEP), checksum);
        yield;
      }
      sections.push({ name, bytes: bytes.length, checksum });
    }
    const header = new TextEncoder().encode(JSON.stringify(sections));
    const preamble = new DataView(new ArrayBuffer(PREAMBLE_BYTES));
    for (const [index, value] of [MAGIC, FORMAT, header.length, crc32(header)].entries())
      preamble.setUint32(index * 4, value, true);
    const parts = this.#arrays.flatMap(({ bytes }) => [bytes, new Uint8Array(paddingOf(bytes.length))]);
    return [new Uint8Array(preamble.buffer), header, new Uint8Array(paddingOf(header.length)), ...parts];
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => new Uint8Array(buffer, byteOffset, byteLength);

/** Reads what was written, each array into memory of its own. */
export class SectionReader {
  readonly #sections = new Map<string, Uint8Array>();

  constructor(file: Uint8Array) {
    if (file.length < PREAMBLE_BYTES) throw new DamagedIndex('the index is cut off before its header');
    const preamble = new DataView(file.buffer, file.byteOffset, PREAMBLE_BYTES);
    if (preamble.getUint32(0, true) !== MAGIC) throw new DamagedIndex('the bytes are no index');
    if (preamble.getUint32(4, true) !== FORMAT) throw new DamagedIndex('the index has another format');
    const headerBytes = preamble.getUint32(8, true);
    const header = file.subarray(PREAMBLE_BYTES, PREAMBLE_BYTES + headerBytes);
    if (headerBytes > MAX_HEADER_BYTES || header.length !== headerBytes || crc32(header) !== preamble.getUint32(12, true))
      throw new DamagedIndex('the header of the index is damaged');
    let at = PREAMBLE_BYTES + headerBytes + paddingOf(headerBytes);
    for (const { name, bytes, checksum } of JSON.parse(new TextDecoder().decode(header)) as Section[]) {
      const part = file.subarray(at, at + bytes);
      if (part.length !== bytes) throw new DamagedIndex(`the index is cut off in ${name}`);
      if (crc32(part) !== checksum) throw new DamagedIndex(`${name} of the index is damaged`);
      this.#sections.set(name, part);
      at += bytes + paddingOf(bytes);
    }
    if (at !== file.length) throw new DamagedIndex('the index is longer or shorter than its header says');
  }

  bytes(name: string): Uint8Array {
    const part = this.#sections.get(name);
    if (!part) throw new DamagedIndex(`the index lacks ${name}`);
    return new Uint8Array(part);
  }

  uint16(name: string): Uint16Array {
    return new Uint16Array(this.bytes(name).buffer);
  }

  uint32(name: string): Uint32Array {
    return new Uint32Array(this.bytes(name).buffer);
  }

  float64(name: string): Float64Array {
    return new Float64Array(this.bytes(name).buffer);
  }

  json<T>(name: string): T {
    return JSON.parse(new TextDecoder().decode(this.bytes(name))) as T;
  }
}

function paddingOf(bytes: number): number {
  return (ALIGNMENT - (bytes % ALIGNMENT)) % ALIGNMENT;
}
