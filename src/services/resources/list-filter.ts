/** The filter of a list of resources, as the list and changes of many resources take it. */
import { z } from 'zod';
import { present } from '../../kernel/core/present.ts';
import type { ResourceFilter } from '../../kernel/db/resource-list.ts';
import { STAGE_STATUSES } from '../../kernel/model/stages.ts';
import { languagesNamed } from '../../kernel/search/language-names.ts';
import { FILTER_FIELDS, mediaTypesOf } from './filter-fields.ts';
import { statusSchema } from './resource-schemas.ts';

const quality = { description: 'Excludes resources without a quality score' };

/** In an address, where numbers are text. */
export const LIST_FILTER_FIELDS = {
  ...FILTER_FIELDS,
  status: z
    .union([statusSchema, z.array(statusSchema).min(1).max(STAGE_STATUSES.length)], {
      error: `must be one or several of ${STAGE_STATUSES.join(', ')}`,
    })
    .optional()
    .meta({ description: 'Repeat the parameter for one of several' }),
  min_quality: z.coerce.number().min(0).max(1).optional().meta(quality),
  title: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .meta({ description: 'Part of the title; of the file name or URL where there is none' }),
  q: z.string().max(500).optional().meta({ description: 'Part of the title, description, summary or URL' }),
};

/** In a body. */
export const listFilterBody = z.strictObject({
  ...LIST_FILTER_FIELDS,
  min_quality: z.number().min(0).max(1).optional().meta(quality),
  q: z.string().min(1).max(500).optional().meta({ description: 'Part of the title, description, summary or URL' }),
});

/** Throws `invalid_input` for a type that is neither a format nor a media type. */
export function toResourceFilter({
  type,
  after,
  before,
  q: text,
  min_quality: minQuality,
  ...rest
}: z.output<typeof listFilterBody>): ResourceFilter {
  const { category, tag, language, status, title } = rest;
  return present({
    ...{ category, tag, status, title, text, minQuality },
    language: language === undefined ? undefined : languagesNamed([language].flat()),
    type: type === undefined ? undefined : mediaTypesOf(type),
    createdFrom: after === undefined ? undefined : Date.parse(after),
    createdBefore: before === undefined ? undefined : Date.parse(before),
  });
}
