/** Issues of zod as the error that every route throws. */
import type { z } from '@hono/zod-openapi';
import { AppError, type FieldError } from '../kernel/core/errors.ts';

/** An `invalid_input` error with the path of every field. `target` stands for the path of an issue that has none. */
export function invalidFields(error: Pick<z.ZodError, 'issues'>, target: string): AppError {
  const errors = error.issues.flatMap((issue): FieldError[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: 'is not a field of this request' }));
    }
    return [{ path: issue.path.join('.') || target, message: issue.message }];
  });
  const [first] = errors;
  return new AppError('invalid_input', first ? `${first.path}: ${first.message}` : 'The request is invalid', { errors });
}
