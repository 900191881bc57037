/** What is done to many documents at once. */
export type Change =
  | { readonly action: 'delete' }
  | { readonly action: 'reprocess' }
  | { readonly action: 'tag'; readonly add_tags: readonly string[] }
  | { readonly action: 'tag'; readonly remove_tags: readonly string[] };
