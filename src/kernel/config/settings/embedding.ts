import { setting } from '../setting.ts';
import { baseUrl, integer, oneOf, text } from '../values.ts';

const group = 'Embedding models';

export const EMBEDDING = {
  EMBEDDING_MODEL: setting({
    group,
    description: 'Name of a folder in models/ or DATA_DIR/models, or a path to one.',
    schema: text('a model name or folder'),
    default: 'all-MiniLM-L6-v2',
    aliases: ['EMBEDDING_MODEL_NAME'],
  }),
  EMBEDDING_PRECISION: setting({
    group,
    description:
      'Precision of the model file to run, for folders that have several. int8 is about twice as fast; the quality of its vectors differs by model.',
    schema: oneOf(['fp32', 'int8']),
    whenUnset: 'model.onnx, else the quantised file',
  }),
  EMBEDDING_BATCH_TOKENS: setting({
    group,
    description: 'Texts times tokens of one run of the model, padding included.',
    schema: integer(1, 1_000_000),
    whenUnset: '512, for static models 4096; a quantised model takes one text a run',
  }),
  EMBEDDING_THREADS: setting({
    group,
    description: 'Threads of one run of the model over documents. Questions take one.',
    schema: integer(1, 64),
    whenUnset: '2, on up to two processors and for static models 1',
  }),
  EMBEDDING_QUERY_PREFIX: setting({
    group,
    description: 'Text put before a query, for models that need one and do not state it in their folder ("query: " for E5).',
    schema: text('a text'),
    whenUnset: "from the model's folder",
    verbatim: true,
  }),
  EMBEDDING_DOCUMENT_PREFIX: setting({
    group,
    description: 'Text put before a document, likewise ("passage: " for E5).',
    schema: text('a text'),
    whenUnset: "from the model's folder",
    verbatim: true,
  }),
  HF_ENDPOINT: setting({
    group,
    description: 'Source of `pharos models pull`: the Hugging Face Hub, or a mirror with the same protocol.',
    schema: baseUrl,
    default: 'https://huggingface.co',
  }),
  HF_TOKEN: setting({
    group,
    description: 'Token for models that require one.',
    schema: text('a token'),
    secret: true,
  }),
};
