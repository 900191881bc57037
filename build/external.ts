/**
 * Native modules, and packages that load some: they cannot be bundled. `canvas` is an optional dependency of linkedom.
 * pdfjs-dist reads character maps and fonts from its own folder, fasttext.wasm.js its program and its model.
 */
export const EXTERNAL = [/^onnxruntime-node$/, /^@libsql\//, /^libsql$/, /^canvas$/, /^pdfjs-dist\//, /^fasttext\.wasm\.js$/];
