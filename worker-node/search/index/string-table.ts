/**
 * Strings with dense ids, in flat arrays: 300,000 words take some 6 MB, where a Map takes 30. UTF-16 units are encoded one
 * by one, so that every string comes back as it was, unpaired surrogates too.
 */
import { freed, grown } from './grown.ts';
import { DROPPED } from './renumbering.ts';
import type { SectionReader, SectionWriter } from './sections.ts';

const MAX_LOAD = 0.6;

export class StringTable {
  size = 0;
  #bytes: Uint8Array = new Uint8Array(1_024);
  /** Where the string of an id ends; the one of `id - 1` is where it begins. */
  #ends: Uint32Array = new Uint32Array(128);
  /** Open addressing: id + 1, or 0, and in the bits that no id has some of the string's hash. */
  #buckets: Uint32Array = new Uint32Array(256);
  #scratch: Uint8Array = new Uint8Array(512);

  get bytes(): number {
    return this.#bytes.byteLength + this.#ends.byteLength + this.#buckets.byteLength;
  }

  /** -1 where the table does not hold the string. */
  idOf(string: string): number {
    const length = this.#encode(string);
    return this.#idIn(this.#find(hash(this.#scratch, 0, length), length));
  }

  add(string: string): number {
    const length = this.#encode(string);
    const own = hash(this.#scratch, 0, length);
    const bucket = this.#find(own, length);
    const known = this.#idIn(bucket);
    if (known >= 0) return known;
    const id = this.size;
    const start = this.#start(id);
    this.#bytes = grown(this.#bytes, start + length);
    for (let at = 0; at < length; at++) this.#bytes[start + at] = this.#scratch[at] as number;
    this.#ends = grown(this.#ends, id + 1);
    this.#ends[id] = start + length;
    this.size = id + 1;
    this.#buckets[bucket] = (own & ~(this.#buckets.length - 1)) | this.size;
    if (this.size > this.#buckets.length * MAX_LOAD) this.#rehash(this.#buckets.length * 2);
    return id;
  }

  get(id: number): string {
    let string = '';
    const end = this.#ends[id] as number;
    for (let at = this.#start(id); at < end; ) {
      const lead = this.#bytes[at] as number;
      string += String.fromCharCode(this.#unit(at, lead));
      at += widthOf(lead);
    }
    return string;
  }

  /** Writes the string's UTF-16 units to `into` and answers how many they are. */
  unitsOf(id: number, into: Uint16Array): number {
    let length = 0;
    const end = this.#ends[id] as number;
    for (let at = this.#start(id); at < end; length++) {
      const lead = this.#bytes[at] as number;
      into[length] = this.#unit(at, lead);
      at += widthOf(lead);
    }
    return length;
  }

  /** Tells of an id whether its string begins with `prefix`. */
  prefixTest(prefix: string): (id: number) => boolean {
    const length = this.#encode(prefix);
    const wanted = this.#scratch.slice(0, length);
    return (id) => {
      const start = this.#start(id);
      if ((this.#ends[id] as number) - start < length) return false;
      let at = 0;
      while (at < length && this.#bytes[start + at] === wanted[at]) at++;
      return at === length;
    };
  }

  /** By steps. `numbers`: what is kept, by renumbering.ts. */
  *writing(writer: SectionWriter, name: string, numbers: Uint32Array | null): Generator<void, void> {
    if (!numbers) {
      this.write(writer, name);
      return;
    }
    const kept = this.#keptBytes(numbers);
    yield;
    let buckets = kept.#buckets.length;
    while (kept.size > buckets * MAX_LOAD) buckets *= 2;
    kept.#rehash(buckets);
    yield;
    kept.write(writer, name);
  }

  write(writer: SectionWriter, name: string): void {
    writer.add(`${name}.bytes`, this.#bytes.subarray(0, this.#start(this.size)));
    writer.add(`${name}.ends`, this.#ends.subarray(0, this.size));
    writer.add(`${name}.buckets`, this.#buckets);
  }

  static read(reader: SectionReader, name: string): StringTable {
    const table = new StringTable();
    table.#bytes = reader.bytes(`${name}.bytes`);
    table.#ends = reader.uint32(`${name}.ends`);
    table.#buckets = reader.uint32(`${name}.buckets`);
    table.size = table.#ends.length;
    return table;
  }

  /** A table of the strings that are kept, which has no buckets yet. */
  #keptBytes(numbers: Uint32Array): StringTable {
    const table = new StringTable();
    table.#bytes = new Uint8Array(this.#start(this.size));
    table.#ends = new Uint32Array(this.size);
    let used = 0;
    for (let first = 0; first < this.size; ) {
      let end = first;
      for (; end < this.size && numbers[end] !== DROPPED; end++)
        table.#ends[table.size++] = (this.#ends[end] as number) - this.#start(first) + used;
      const bytes = this.#bytes.subarray(this.#start(first), this.#start(end));
      table.#bytes.set(bytes, used);
      used += bytes.length;
      first = end + 1;
    }
    return table;
  }

  #start(id: number): number {
    return id === 0 ? 0 : (this.#ends[id - 1] as number);
  }

  #unit(at: number, lead: number): number {
    if (lead < 0x80) return lead;
    const second = (this.#bytes[at + 1] as number) & 0x3f;
    if (lead < 0xe0) return ((lead & 0x1f) << 6) | second;
    return ((lead & 0x0f) << 12) | (second << 6) | ((this.#bytes[at + 2] as number) & 0x3f);
  }

  /** Encodes the string into the scratch and answers the length. */
  #encode(string: string): number {
    if (this.#scratch.length < string.length * 3) this.#scratch = new Uint8Array(string.length * 3);
    const scratch = this.#scratch;
    let length = 0;
    for (let index = 0; index < string.length; index++) {
      const unit = string.charCodeAt(index);
      if (unit < 0x80) scratch[length++] = unit;
      else {
        if (unit < 0x800) scratch[length++] = 0xc0 | (unit >> 6);
        else {
          scratch[length++] = 0xe0 | (unit >> 12);
          scratch[length++] = 0x80 | ((unit >> 6) & 0x3f);
        }
        scratch[length++] = 0x80 | (unit & 0x3f);
      }
    }
    return length;
  }

  /** The id that a bucket holds; -1 for an empty one. */
  #idIn(bucket: number): number {
    return ((this.#buckets[bucket] as number) & (this.#buckets.length - 1)) - 1;
  }

  /** The bucket that holds the string in the scratch, or the empty one that it would take. */
  #find(own: number, length: number): number {
    const scratch = this.#scratch;
    const buckets = this.#buckets;
    const mask = buckets.length - 1;
    for (let bucket = own & mask; ; bucket = (bucket + 1) & mask) {
      const held = buckets[bucket] as number;
      if (held === 0) return bucket;
      if (((held ^ own) & ~mask) !== 0) continue;
      const id = (held & mask) - 1;
      const start = this.#start(id);
      if ((this.#ends[id] as number) - start !== length) continue;
      let at = 0;
      while (at < length && this.#bytes[start + at] === scratch[at]) at++;
      if (at === length) return bucket;
    }
  }

  #rehash(length: number): void {
    const buckets = new Uint32Array(length);
    const mask = length - 1;
    for (let id = 0, start = 0; id < this.size; id++) {
      const end = this.#ends[id] as number;
      const own = hash(this.#bytes, start, end);
      let bucket = own & mask;
      while (buckets[bucket] !== 0) bucket = (bucket + 1) & mask;
      buckets[bucket] = (own & ~mask) | (id + 1);
      start = end;
    }
    freed(this.#buckets);
    this.#buckets = buckets;
  }
}

function widthOf(lead: number): number {
  if (lead < 0x80) return 1;
  return lead < 0xe0 ? 2 : 3;
}

/** FNV-1a with a last mixing, since buckets are chosen by the low bits. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let value = 0x811c9dc5;
  for (let at = start; at < end; at++) value = Math.imul(value ^ (bytes[at] as number), 0x01000193);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}
