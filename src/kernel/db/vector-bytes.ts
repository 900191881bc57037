/** Vectors as the database stores them: consecutive float32 numbers, little-endian, without a header. */

const IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** The bytes of a vector, distinguishable from other bytes because PostgreSQL stores vectors as numbers. */
export class VectorBytes extends Uint8Array {}

export function toBytes(vector: Float32Array): VectorBytes {
  const bytes = new VectorBytes(vector.length * 4);
  if (IS_LITTLE_ENDIAN) {
    new Float32Array(bytes.buffer).set(vector);
    return bytes;
  }
  const view = new DataView(bytes.buffer);
  for (const [index, value] of vector.entries()) view.setFloat32(index * 4, value, true);
  return bytes;
}

/** The vector of the bytes, over the same memory where that is possible: a library has many. */
export function toVector(bytes: Uint8Array): Float32Array {
  const { buffer, byteOffset, byteLength } = bytes;
  const length = Math.floor(byteLength / 4);
  if (IS_LITTLE_ENDIAN && byteOffset % 4 === 0) return new Float32Array(buffer, byteOffset, length);
  const view = new DataView(buffer, byteOffset, byteLength);
  return Float32Array.from({ length }, (_, index) => view.getFloat32(index * 4, true));
}
