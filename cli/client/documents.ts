/** Documents in words and tables of the command line. */
import type { Resource, ResourceProgress } from '../../clients/typescript/src/index.ts';
import type { Style, Terminal } from '../terminal.ts';
import { cut, plain } from './plain.ts';

export const titleOf = ({ title, url, id }: Pick<Resource, 'title' | 'url' | 'id'>): string => plain(title ?? url ?? id);

export type Status = ResourceProgress['overall_status'];

const STYLES: Readonly<Record<Status, Style>> = { pending: 'dim', processing: 'cyan', completed: 'green', failed: 'red' };

export const paintStatus = (terminal: Terminal, status: Status): string => terminal.paint(STYLES[status], status.padEnd(10));

/** `processing  37 %  0190...  Title`, within the width of the terminal. */
export function progressLine(terminal: Terminal, progress: ResourceProgress, name: string): string {
  const percent = `${progress.percent} %`.padStart(5);
  const reason = progress.error_message === null ? '' : `: ${plain(progress.error_message)}`;
  const width = (terminal.columns ?? 200) - 56;
  return `${paintStatus(terminal, progress.overall_status)} ${percent}  ${progress.resource_id}  ${cut(name + reason, Math.max(20, width))}`;
}
