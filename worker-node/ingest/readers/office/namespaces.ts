/** The prefixes by which this code knows the namespaces of office documents. */

const OOXML = ['http://schemas.openxmlformats.org', 'http://purl.oclc.org/ooxml'];
/** Of ECMA-376, with the transitional and the strict form of each. */
const ECMA: Readonly<Record<string, readonly [transitional: string, strict: string]>> = {
  w: ['wordprocessingml/2006/main', 'wordprocessingml/main'],
  p: ['presentationml/2006/main', 'presentationml/main'],
  x: ['spreadsheetml/2006/main', 'spreadsheetml/main'],
  a: ['drawingml/2006/main', 'drawingml/main'],
  c: ['drawingml/2006/chart', 'drawingml/chart'],
  dgm: ['drawingml/2006/diagram', 'drawingml/diagram'],
  m: ['officeDocument/2006/math', 'officeDocument/math'],
  wp: ['drawingml/2006/wordprocessingDrawing', 'drawingml/wordprocessingDrawing'],
  r: ['officeDocument/2006/relationships', 'officeDocument/relationships'],
};
const OTHERS: Readonly<Record<string, string>> = {
  rel: 'http://schemas.openxmlformats.org/package/2006/relationships',
  cp: 'http://schemas.openxmlformats.org/package/2006/metadata/core-properties',
  types: 'http://schemas.openxmlformats.org/package/2006/content-types',
  mc: 'http://schemas.openxmlformats.org/markup-compatibility/2006',
  wps: 'http://schemas.microsoft.com/office/word/2010/wordprocessingShape',
  v: 'urn:schemas-microsoft-com:vml',
  dc: 'http://purl.org/dc/elements/1.1/',
  dcterms: 'http://purl.org/dc/terms/',
  math: 'http://www.w3.org/1998/Math/MathML',
  xlink: 'http://www.w3.org/1999/xlink',
};
const ODF = ['office', 'text', 'table', 'style', 'meta', 'presentation', 'manifest'];
const ODF_COMPATIBLE = { draw: 'drawing', svg: 'svg-compatible', fo: 'xsl-fo-compatible', number: 'datastyle' };
const odf = (name: string) => `urn:oasis:names:tc:opendocument:xmlns:${name}:1.0`;

const PREFIXES: ReadonlyMap<string, string> = new Map([
  ...Object.entries(ECMA).flatMap(([prefix, paths]) =>
    paths.map((path, form): [string, string] => [`${OOXML[form]}/${path}`, prefix]),
  ),
  ...Object.entries(OTHERS).map(([prefix, uri]): [string, string] => [uri, prefix]),
  ...ODF.map((name): [string, string] => [odf(name), name]),
  ...Object.entries(ODF_COMPATIBLE).map(([prefix, name]): [string, string] => [odf(name), prefix]),
]);

/** `?` for a namespace that no reader knows. */
export const prefixOf = (uri: string): string => PREFIXES.get(uri) ?? '?';
