/** Native modules, and packages that load some: they cannot be bundled. `canvas` is an optional dependency of linkedom. */
export const EXTERNAL = [/^onnxruntime-node$/, /^@libsql\//, /^libsql$/, /^canvas$/];
