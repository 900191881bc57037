/** What the commands of `pharos models` share. */
import type { Precision } from '../src/adapters/model-folder.ts';

export const PRECISIONS: readonly Precision[] = ['fp32', 'int8'];

/** Bytes in words: `11.0 MB`. */
export const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
