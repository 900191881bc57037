/** The bounds of what a stranger may send. Schemas name them, and a test refuses a schema with a string or list without one. */

const KB = 1024;
const MB = 1024 * KB;

/** Bodies, in bytes. */
export const BODY = {
  /** JSON and URL-encoded forms of a few fields: accounts, keys, endpoints. */
  fields: 64 * KB,
  /** The fields beside a document: metadata of 64 KB, each of its characters escaped as JSON may escape it. */
  described: MB,
  /** A tree of categories: that of a new installation has 40 KB. */
  taxonomy: MB,
  /** Signed reports of the worker and the queue. */
  report: MB,
  /** A webhook event with a document in it: 5 MB of content, escaped. */
  event: 8 * MB,
  /** A document, or a batch of them, as JSON. */
  document: 12 * MB,
  /** Texts to embed, at the API and at the worker: several times 2,048 texts of the size of a chunk. */
  embeddings: 16 * MB,
  /** The parts of a form beside its file. */
  formOverhead: MB,
} as const;

/**
 * How fast a body must arrive: each window brings so many bytes, or the rest of the body. A mobile line of 30 KB/s that stalls
 * for half a minute keeps it.
 */
export const BODY_PACE = { windowMs: 20_000, bytes: 40 * KB } as const;

/** The content of a document sent as JSON, in bytes of UTF-8. */
export const MAX_CONTENT_BYTES = 5 * MB;
/** Metadata, in bytes of JSON. */
export const MAX_METADATA_BYTES = 64 * KB;

/** Bounds of any JSON value, whatever its schema. */
export const JSON_BOUNDS = {
  /** Objects and lists inside one another. */
  depth: 64,
  /** Members of one object. */
  members: 1_000,
  /** Elements of one list. */
  elements: 10_000,
  /** Members and elements of all objects and lists together. */
  values: 200_000,
  /** Characters of a member's name. */
  name: 1_000,
} as const;

/** Validation errors in one response. */
export const MAX_FIELD_ERRORS = 20;
/** Characters of a path in a validation error, which may quote a name that the client chose. */
export const MAX_ERROR_PATH = 200;

/** Parts of a form. */
export const MAX_FORM_PARTS = 100;
