/** Model folders as sentence-transformers exports them, with random weights and small vocabularies. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BertShape, bertModel } from './bert.ts';

export type TokenizerKind = 'WordPiece' | 'BPE' | 'Unigram';

const WORDS =
  'the of and to in is for on that by with this as it are from a an at be was or not we you your how do can my reset password ' +
  'account ice glacier snow water mountain bread sour dough flour oven event loop thread wait time stage search text document';

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz0123456789.,;:!?\'"()[]{}<>/\\|@#$%^&*-_=+~`'];
const OTHERS = [...'éüßñçøåäößабвгдежзийклмнאבגדהוזחطظعغفق中文日本語한국어😀🚀'];

const special = (id: number, content: string) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});

/** [CLS] text [SEP], or <s> text </s>. */
const around = (before: readonly [string, number], after: readonly [string, number]) => ({
  type: 'TemplateProcessing',
  single: [
    { SpecialToken: { id: before[0], type_id: 0 } },
    { Sequence: { id: 'A', type_id: 0 } },
    { SpecialToken: { id: after[0], type_id: 0 } },
  ],
  pair: [],
  special_tokens: Object.fromEntries([before, after].map(([name, id]) => [name, { id: name, ids: [id], tokens: [name] }])),
});

const numbered = (tokens: readonly string[]) => Object.fromEntries([...new Set(tokens)].map((token, id) => [token, id]));

function wordPiece() {
  const pieces = [...LETTERS, ...OTHERS, ...LETTERS.map((c) => `##${c}`), ...OTHERS.map((c) => `##${c}`), ...WORDS.split(' ')];
  const vocab = numbered(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...pieces, '##ing', '##s', '##ed', '##er']);
  const json = {
    added_tokens: ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'].map((token, id) => special(id, token)),
    normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: around(['[CLS]', 2], ['[SEP]', 3]),
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab },
  };
  const config = {
    tokenizer_class: 'BertTokenizer',
    pad_token: '[PAD]',
    unk_token: '[UNK]',
    cls_token: '[CLS]',
    sep_token: '[SEP]',
  };
  return { json, config, size: Object.keys(vocab).length };
}

/** GPT-2's table from bytes to printable characters. */
function byteCharacters(): string[] {
  const printable = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++));
}

function bpe() {
  const merges: [string, string][] = [];
  const made = new Set<string>();
  // Every word of the list can be built, a letter at a time.
  for (const word of WORDS.split(' ').map((one) => `Ġ${one}`)) {
    let left = word[0] as string;
    for (const letter of word.slice(1)) {
      if (!made.has(left + letter)) merges.push([left, letter]);
      made.add(left + letter);
      left += letter;
    }
  }
  const vocab = numbered(['<s>', '<pad>', '</s>', '<unk>', '<mask>', ...byteCharacters(), ...made]);
  const json = {
    added_tokens: ['<s>', '<pad>', '</s>', '<unk>', '<mask>'].map((token, id) => special(id, token)),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: around(['<s>', 0], ['</s>', 2]),
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      vocab,
      merges,
    },
  };
  const config = {
    tokenizer_class: 'RobertaTokenizer',
    pad_token: '<pad>',
    unk_token: '<unk>',
    bos_token: '<s>',
    eos_token: '</s>',
  };
  return { json, config, size: Object.keys(vocab).length };
}

function unigram() {
  const pieces = [
    ...LETTERS,
    ...OTHERS,
    ...LETTERS.map((c) => `▁${c}`),
    ...WORDS.split(' ').map((word) => `▁${word}`),
    '▁',
    'ing',
    's',
    'ed',
  ];
  const tokens = ['<s>', '<pad>', '</s>', '<unk>', ...new Set(pieces)];
  const vocab = tokens.map((token, id) => [token, id < 4 ? 0 : -8 - 2 / token.length + token.length / 4]);
  const json = {
    added_tokens: ['<s>', '<pad>', '</s>', '<unk>'].map((token, id) => special(id, token)),
    normalizer: {
      type: 'Sequence',
      normalizers: [{ type: 'NFKC' }, { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' }],
    },
    pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
    post_processor: around(['<s>', 0], ['</s>', 2]),
    decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
    model: { type: 'Unigram', unk_id: 3, vocab, byte_fallback: false },
  };
  const config = {
    tokenizer_class: 'XLMRobertaTokenizer',
    pad_token: '<pad>',
    unk_token: '<unk>',
    bos_token: '<s>',
    eos_token: '</s>',
  };
  return { json, config, size: tokens.length };
}

const TOKENIZERS = { WordPiece: wordPiece, BPE: bpe, Unigram: unigram };

export interface TransformerFolder {
  readonly tokenizer?: TokenizerKind;
  readonly shape?: Partial<BertShape>;
  readonly pooling?: 'mean' | 'cls';
  readonly maxTokens?: number;
  readonly prompts?: Readonly<Record<string, string>>;
  /** Also `onnx/model_quantized.onnx`. */
  readonly int8?: boolean;
}

/** Writes the folder; the default is of MiniLM's shape at a size that loads in a moment. */
export async function writeTransformerFolder(
  path: string,
  { tokenizer = 'WordPiece', shape = {}, pooling = 'mean', maxTokens = 64, prompts, int8 = false }: TransformerFolder = {},
): Promise<void> {
  const { json, config, size } = TOKENIZERS[tokenizer]();
  const bert: BertShape = { layers: 2, hidden: 32, heads: 4, vocabulary: size, positions: maxTokens + 2, ...shape };
  const put = async (name: string, content: object | Uint8Array) => {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content instanceof Uint8Array ? content : JSON.stringify(content));
  };
  // all-MiniLM-L6-v2's own file asks for padding and truncation to 128: neither is wanted.
  const padding = {
    strategy: { Fixed: 48 },
    direction: 'Right',
    pad_to_multiple_of: null,
    pad_id: 0,
    pad_type_id: 0,
    pad_token: '[PAD]',
  };
  const truncation = { max_length: 16, strategy: 'LongestFirst', stride: 0, direction: 'Right' };
  await put('tokenizer.json', { version: '1.0', truncation, padding, ...json });
  await put('tokenizer_config.json', { ...config, model_max_length: maxTokens });
  await put('config.json', {
    model_type: 'bert',
    hidden_size: bert.hidden,
    max_position_embeddings: bert.positions,
    vocab_size: bert.vocabulary,
  });
  await put('sentence_bert_config.json', { max_seq_length: maxTokens, do_lower_case: false });
  await put('modules.json', [
    { idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' },
    { idx: 1, name: '1', path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
    { idx: 2, name: '2', path: '2_Normalize', type: 'sentence_transformers.models.Normalize' },
  ]);
  await put('1_Pooling/config.json', {
    word_embedding_dimension: bert.hidden,
    pooling_mode_cls_token: pooling === 'cls',
    pooling_mode_mean_tokens: pooling === 'mean',
  });
  if (prompts) await put('config_sentence_transformers.json', { prompts });
  await put('onnx/model.onnx', bertModel(bert));
  if (int8) await put('onnx/model_quantized.onnx', bertModel({ ...bert, int8: true }));
}
