/** What happened to a document, or to all of a library, that an index of it has to follow. */
export type LibraryChangeKind = 'changed' | 'deleted' | 'rebuild';
