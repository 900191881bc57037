/**
 * Native modules, and packages that load some: they cannot be bundled. `canvas` is an optional dependency of linkedom.
 * pdfjs-dist reads character maps and fonts from its own folder.
 */
export const EXTERNAL = [/^onnxruntime-node$/, /^@libsql\//, /^libsql$/, /^canvas$/, /^pdfjs-dist\//];
