/**
 * Takes the place of two parts of zod that `z` holds on to: its compiler, because workerd runs no generated code, and its
 * reading of JSON Schema. Pharos calls neither, and without them the bundle is 12 KB smaller (wrangler.toml).
 */
function absent(): never {
  throw new Error('This part of zod is not in the bundle for Workers');
}

export const INVALID = Symbol.for('zod.compile.invalid');
export class ZodCompileAsyncError extends Error {}
export class ZodCompileUnsupportedError extends Error {}
export { absent as compile, absent as compileFn, absent as fromJSONSchema, absent as withParser };
