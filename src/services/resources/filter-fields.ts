/** Fields of filters that the list of resources and the search share. */
import { z } from 'zod';
import { AppError } from '../../kernel/core/errors.ts';
import { FORMAT_NAMES, mediaTypesNamed } from '../../kernel/model/format-lookup.ts';
import { MAX_FILTER_VALUES } from '../../kernel/search/search-request.ts';

const values = (value: z.ZodString) => z.array(value).min(1).max(MAX_FILTER_VALUES);

/** One value, or the parameter repeated: resources that have at least one of the values. */
export const oneOf = (value: z.ZodString, description: string) =>
  z
    .union([value, values(value)], {
      error: `must be one to ${MAX_FILTER_VALUES} values of at most ${value.maxLength} characters each`,
    })
    .optional()
    .meta({ description: `${description}. Repeat the parameter for one of several` });

/** A time with its zone, or a date, which begins at midnight UTC. */
export const moment = z
  .union([z.iso.datetime({ offset: true }).max(40), z.iso.date().max(10)], {
    error: 'must be a date as 2026-01-31, or a time with its zone as 2026-01-31T09:30:00Z',
  })
  .optional();

export const FILTER_FIELDS = {
  category: oneOf(z.string().max(200), 'Id of a category, which finds its subtree'),
  tag: oneOf(z.string().max(100), 'A tag'),
  language: oneOf(z.string().max(35), 'A language by its code or English name, as `en` or `german`'),
  type: oneOf(z.string().max(200), 'A media type or the name of a format, as `pdf`'),
  after: moment.meta({ description: 'Added at or after this date or time (UTC unless it says otherwise)' }),
  before: moment.meta({ description: 'Added before this date or time' }),
};

/** The media types under which documents of the given formats are stored. Throws `invalid_input`. */
export function mediaTypesOf(type: string | readonly string[]): string[] {
  return [type].flat().flatMap((one) => {
    const types = mediaTypesNamed(one);
    if (types) return [...types];
    const message = `must be a media type or one of ${FORMAT_NAMES.join(', ')}`;
    throw new AppError('invalid_input', `type ${message}`, { errors: [{ path: 'type', message }] });
  });
}
