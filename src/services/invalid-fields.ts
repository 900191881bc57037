/** Issues of zod as the error that every route throws. */
import type { z } from 'zod';
import { MAX_FIELD_ERRORS } from '../kernel/core/bounds.ts';
import { AppError, type FieldError } from '../kernel/core/errors.ts';
import { errorPath } from '../kernel/core/json-bounds.ts';

/** An `invalid_input` error with the paths of the first 20 fields that are wrong. `target` stands for the path of an issue that has none. */
export function invalidFields(error: Pick<z.ZodError, 'issues'>, target: string): AppError {
  const errors = error.issues
    .slice(0, MAX_FIELD_ERRORS)
    .flatMap((issue): FieldError[] => {
      if (issue.code === 'unrecognized_keys') {
        const message = 'is not a field of this request';
        return issue.keys.slice(0, MAX_FIELD_ERRORS).map((key) => ({ path: errorPath([...issue.path, key]), message }));
      }
      return [{ path: errorPath(issue.path) || target, message: issue.message }];
    })
    .slice(0, MAX_FIELD_ERRORS);
  const [first] = errors;
  return new AppError('invalid_input', first ? `${first.path}: ${first.message}` : 'The request is invalid', { errors });
}
