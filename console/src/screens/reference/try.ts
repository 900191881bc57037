/** What is wrong with a form before it is sent, and which operations are pages. */
import { reference } from '../../texts/reference.ts';
import { formFieldsOf } from './fields.ts';
import { isBinary, type OpenApiDocument, type Operation, resolved } from './openapi.ts';
import { isForm, missingOf, type Values } from './request.ts';

const { request: texts } = reference;

/** By the key of a parameter, `body <field>` of a form, or `body`. */
export type Errors = Readonly<Record<string, string>>;

/** Only what cannot be sent at all: the server says the rest better. */
export function errorsOf(document: OpenApiDocument, operation: Operation, values: Values): Errors {
  const errors: Record<string, string> = {};
  for (const key of missingOf(operation, values)) errors[key] = texts.missing;
  const { contentType, text, form } = values;
  if (contentType !== undefined && isForm(contentType)) {
    for (const { name, schema, required } of formFieldsOf(document, operation.requestBody?.content[contentType]?.schema ?? {})) {
      if (required && (form[name] ?? '') === '') {
        errors[`body ${name}`] = isBinary(resolved(document, schema)) ? texts.missingFile : texts.missing;
      }
    }
  } else if (contentType !== undefined && text.trim() !== '') {
    try {
      JSON.parse(text);
    } catch (error) {
      errors.body = texts.notJson(error instanceof Error ? error.message : String(error));
    }
  } else if (operation.requestBody?.required) errors.body = texts.missing;
  return errors;
}

/** Whether it is for the address bar: it answers with a page, or with nothing but a redirect. */
export function isPage({ responses }: Operation): boolean {
  const successes = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  return successes.length === 0 || successes.some(([, { content = {} }]) => 'text/html' in content);
}
