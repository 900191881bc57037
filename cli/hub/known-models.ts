/** Facts about models of the Hub that their repositories do not state in a form that can be read, from their model cards. */

export interface ModelFacts {
  readonly languages: readonly string[];
  readonly prefixes?: { readonly query: string; readonly document: string };
}

/** Those of XLM-R, from which the model was made: its 100 count seven of these a second time, in Latin or another script. */
const MULTILINGUAL =
  'af am ar as az be bg bn br bs ca cs cy da de el en eo es et eu fa fi fr fy ga gd gl gu ha he hi hr hu hy id is it ja jv ka kk ' +
  'km kn ko ku ky la lo lt lv mg mk ml mn mr ms my ne nl no om or pa pl ps pt ro ru sa sd si sk sl so sq sr su sv sw ta te th tl ' +
  'tr ug uk ur uz vi xh yi zh';

const SEARCH_PREFIX = { query: 'Represent this sentence for searching relevant passages: ', document: '' };

export const KNOWN_MODELS: Readonly<Record<string, ModelFacts>> = {
  'sentence-transformers/all-MiniLM-L6-v2': { languages: ['en'] },
  'BAAI/bge-small-en-v1.5': { languages: ['en'], prefixes: SEARCH_PREFIX },
  'intfloat/multilingual-e5-small': {
    languages: MULTILINGUAL.split(' '),
    prefixes: { query: 'query: ', document: 'passage: ' },
  },
  'Snowflake/snowflake-arctic-embed-m-v1.5': { languages: ['en'], prefixes: SEARCH_PREFIX },
};
