/** The UTF-16 units of a text in memory that is used again: to read them there takes a part of what asking a string for each takes. */
export class TextUnits {
  /** Those of the text that was read last; what follows is left from others. */
  units: Uint16Array = new Uint16Array(0);
  #bytes: Buffer = Buffer.alloc(0);

  read(text: string): void {
    if (text.length > this.units.length) {
      const bytes = new ArrayBuffer(2 * Math.ceil(Math.max(1_024, text.length * 1.5)));
      this.units = new Uint16Array(bytes);
      this.#bytes = Buffer.from(bytes);
    }
    this.#bytes.write(text, 'utf16le');
  }
}
