/** Formats of data, markup and program code, all of which are text. `formats.ts` takes them into its list. */
import { defineFormats, type FormatDefinition } from './format-definition.ts';

type Details = Pick<FormatDefinition, 'looksLike' | 'refines' | 'accept'>;

const words = (text: string) => (text === '' ? [] : text.split(' '));

/** `types`: the media type, then its aliases. */
const text = (label: string, types: string, extensions: string, details: Details = {}): FormatDefinition => {
  const [mediaType = '', ...aliases] = words(types);
  return { label, mediaType, aliases, extensions: words(extensions), bytes: 'text', maxMegabytes: 50, ...details };
};

export const TEXT_FORMATS = defineFormats({
  csv: text('CSV', 'text/csv application/csv text/x-csv application/vnd.ms-excel.csv', 'csv'),
  tsv: text('TSV', 'text/tab-separated-values text/tsv', 'tsv tab'),
  notebook: text('Jupyter notebook', 'application/x-ipynb+json', 'ipynb', {
    refines: 'json',
    looksLike: /^\s*\{\s*"cells"\s*:\s*\[\s*\{\s*"(?:attachments|cell_type|id)"/,
  }),
  json: text(
    'JSON',
    'application/json text/json application/x-ndjson application/jsonl application/ld+json application/geo+json application/feed+json application/schema+json application/json5',
    'json jsonl ndjson jsonld geojson json5 jsonc webmanifest har',
    { looksLike: /^\s*(?:\{\s*"[^"\n]{0,200}"\s*:|\[\s*[{["\]])/, accept: 'application/json;q=0.7' },
  ),
  yaml: text('YAML', 'application/yaml application/x-yaml text/yaml text/x-yaml', 'yaml yml'),
  toml: text('TOML', 'application/toml text/x-toml', 'toml'),
  settings: text('settings', 'text/x-ini text/x-java-properties', 'ini cfg conf properties env desktop service'),
  feed: text('RSS or Atom', 'application/rss+xml application/atom+xml application/rdf+xml', 'rss atom rdf', {
    refines: 'xml',
    looksLike: /^(?:\ufeff|ï»¿)?\s*(?:<[?!][^<>]{0,1000}>\s*){0,10}<(?:rss|feed|rdf:RDF)[\s>]/,
    accept: 'application/atom+xml;q=0.8,application/rss+xml;q=0.8',
  }),
  xml: text(
    'XML',
    'application/xml text/xml application/docbook+xml application/tei+xml image/svg+xml',
    'xml dbk docbook tei svg xsd xsl opml',
    {
      looksLike: /^(?:\ufeff|ï»¿)?\s*<\?xml\s/,
      accept: 'application/xml;q=0.6',
    },
  ),
  rst: text('reStructuredText', 'text/x-rst text/prs.fallenstein.rst', 'rst rest'),
  asciidoc: text('AsciiDoc', 'text/asciidoc text/x-asciidoc', 'adoc asciidoc asc'),
  org: text('Org', 'text/org text/x-org', 'org'),
  latex: text('LaTeX', 'application/x-latex application/x-tex text/x-tex', 'tex latex ltx', {
    looksLike: /^(?:\s|%[^\n]{0,1000}\n){0,200}\\documentclass\b/,
  }),
  man: text('manual page', 'text/troff application/x-troff-man text/x-troff', 'man roff mdoc 1 2 3 4 5 6 7 8', {
    looksLike: /^(?:['.]\\"[^\n]{0,1000}\n){0,50}\.(?:TH|Dd) /,
  }),
  subtitles: text('subtitles', 'text/vtt application/x-subrip', 'vtt srt', { looksLike: /^(?:\ufeff|ï»¿)?WEBVTT(?:\s|$)/ }),
  calendar: text('calendar or address card', 'text/calendar text/vcard text/x-vcard', 'ics vcf', {
    looksLike: /^BEGIN:(?:VCALENDAR|VCARD)\r?\n/,
  }),
  patch: text('patch', 'text/x-diff text/x-patch', 'patch diff', { looksLike: /^(?:diff --git |--- \S[^\n]{0,300}\n\+\+\+ )/ }),
  log: text('log', 'text/x-log', 'log'),
  code: text(
    'program code',
    'text/x-source text/x-python application/x-python-code text/javascript application/javascript text/x-typescript text/x-c text/x-csrc text/x-c++ text/x-java text/x-java-source text/x-go text/x-rust text/x-ruby text/x-sh application/x-sh text/x-shellscript application/x-httpd-php text/x-php text/x-perl text/x-sql application/sql text/css',
    'py pyi pyw pyx js mjs cjs jsx ts mts cts tsx java kt kts scala groovy gradle c h cpp cc cxx hpp hh hxx ino cs m mm go rs swift dart php phtml rb rake gemspec pl pm sh bash zsh ksh bats fish ps1 psm1 r jl ex exs erl hrl hs ml mli lua sql clj cljs edn el lisp scm rkt css scss less vue svelte tf hcl proto graphql gql cmake mk mak awk zig nim f90 f95 f03 pas vb bas',
    { looksLike: /^#!\s{0,10}\/[^\n]{1,200}\n/ },
  ),
});
