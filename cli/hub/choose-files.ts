/** Chooses the files of a repository that a model folder needs. */
import type { Precision } from '../../src/adapters/model-folder.ts';
import { FILES } from '../../src/adapters/model-folder.ts';
import { UsageError } from '../command.ts';
import type { HubFile, Snapshot } from './hub.ts';

const NEEDED = [
  /^(?:config|tokenizer|tokenizer_config|special_tokens_map|modules|sentence_bert_config|config_sentence_transformers|pharos)\.json$/,
  /^vocab\.txt$/,
  /^\d+_\w+\/config\.json$/,
  // A licence must accompany the weights.
  /^(?:README\.md|(?:LICENSE|LICENCE|NOTICE)[\w.-]*)$/i,
];

/** Throws UsageError for a repository without an ONNX export or a tokeniser. */
export function chooseFiles({ id, files }: Snapshot, precision: Precision): HubFile[] {
  const at = (path: string) => files.find((file) => file.path === path);
  const onnx = FILES[precision].flatMap((name) => [`onnx/${name}`, name]).flatMap((path) => at(path) ?? [])[0];
  if (!onnx) {
    const others = files.filter(({ path }) => path.endsWith('.onnx')).map(({ path }) => path);
    const has = others.length > 0 ? `it has ${others.join(', ')}` : 'export it with "optimum-cli export onnx"';
    throw new UsageError(`${id} has no ONNX export in ${precision} (${FILES[precision].join(' or ')}): ${has}`);
  }
  if (!at('tokenizer.json') && !at('vocab.txt')) throw new UsageError(`${id} has neither tokenizer.json nor vocab.txt`);
  // ONNX stores weights beyond two gigabytes in a file beside the graph.
  const weights = [`${onnx.path}_data`, `${onnx.path}.data`].flatMap((path) => at(path) ?? []);
  return [...files.filter(({ path }) => NEEDED.some((pattern) => pattern.test(path))), onnx, ...weights];
}
