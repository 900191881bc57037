/** Vectors as the database stores them: consecutive float32 numbers, little-endian, without a header. */

/** The bytes of a vector, distinguishable from other bytes because PostgreSQL stores vectors as numbers. */
export class VectorBytes extends Uint8Array {}

export function toBytes(vector: Float32Array): VectorBytes {
  const bytes = new VectorBytes(vector.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of vector.entries()) view.setFloat32(index * 4, value, true);
  return bytes;
}

export function toVector(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const vector = new Float32Array(Math.floor(bytes.byteLength / 4));
  for (let index = 0; index < vector.length; index++) vector[index] = view.getFloat32(index * 4, true);
  return vector;
}
