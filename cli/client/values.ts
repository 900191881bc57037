/** Values of options, checked before a request is made. */
import { UsageError } from '../command.ts';

/** Throws UsageError for anything but a whole number within the bounds. */
export function numberOf(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d{1,9}$/.test(text) || value < least || value > most) {
    throw new UsageError(`${option}: expected a whole number from ${least} to ${most}, not "${text}"`);
  }
  return value;
}

/** Throws UsageError for anything but a number from 0 to 1. */
export function shareOf(option: string, text: string): number {
  const value = Number(text);
  if (!/^\d?\.?\d{1,9}$/.test(text) || value > 1) throw new UsageError(`${option}: expected a number from 0 to 1, not "${text}"`);
  return value;
}

export function oneOf<T extends string>(option: string, known: readonly T[], text: string): T {
  const found = known.find((each) => each === text);
  if (found === undefined) throw new UsageError(`${option}: expected one of ${known.join(', ')}, not "${text}"`);
  return found;
}

/** Words between commas, without empty and repeated ones. */
export const listOf = (text: string | undefined): string[] => [
  ...new Set((text ?? '').split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()]))),
];
