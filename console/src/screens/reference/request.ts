/** The request that a form describes, and the same for curl. */

import { formFieldsOf, takesSeveral } from './fields.ts';
import { isBinary, type OpenApiDocument, type Operation, resolved } from './openapi.ts';

/** What was typed, by place and name. */
export interface Values {
  readonly parameters: Readonly<Record<string, string>>;
  readonly contentType: string | undefined;
  /** A body that is text, such as JSON. */
  readonly text: string;
  readonly form: Readonly<Record<string, string | File>>;
}

export interface BuiltRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: BodyInit | undefined;
}

export const FORM = 'application/x-www-form-urlencoded';
export const MULTIPART = 'multipart/form-data';
export const isForm = (contentType: string | undefined): boolean => contentType === FORM || contentType === MULTIPART;

/** The key of a parameter in `Values.parameters`: a name may stand in the path and in the query. */
export const keyOf = ({ in: place, name }: { readonly in: string; readonly name: string }): string => `${place} ${name}`;

/** The parameters that are required and empty. */
export function missingOf({ parameters = [] }: Operation, values: Values): readonly string[] {
  return parameters.filter((each) => each.required && (values.parameters[keyOf(each)] ?? '') === '').map(keyOf);
}

/** What was left empty is not sent. Several values of a field are lines. */
export function requestOf(document: OpenApiDocument, operation: Operation, values: Values): BuiltRequest {
  const query = new URLSearchParams();
  const headers: Record<string, string> = {};
  let path = operation.path;
  for (const parameter of operation.parameters ?? []) {
    const value = values.parameters[keyOf(parameter)] ?? '';
    if (parameter.in === 'path') {
      path = path.replace(`{${parameter.name}}`, () => (value === '' ? `{${parameter.name}}` : encodeURIComponent(value)));
    } else if (value !== '' && parameter.in === 'query') {
      const several = takesSeveral(document, parameter.schema ?? {});
      for (const each of several ? linesOf(value) : [value]) query.append(parameter.name, each);
    } else if (value !== '' && parameter.in === 'header') headers[parameter.name] = value;
  }
  const { contentType } = values;
  const body = bodyOf(document, operation, values);
  // A browser writes the type of a form itself: it holds the boundary of the parts.
  if (body !== undefined && contentType !== undefined && !isForm(contentType)) headers['Content-Type'] = contentType;
  return { method: operation.method, path: query.size === 0 ? path : `${path}?${query}`, headers, body };
}

const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

function bodyOf(document: OpenApiDocument, operation: Operation, { contentType, text, form }: Values): BodyInit | undefined {
  if (contentType === undefined) return undefined;
  if (!isForm(contentType)) return text.trim() === '' ? undefined : text;
  const data = contentType === FORM ? new URLSearchParams() : new FormData();
  for (const [name, value] of entriesOf(document, operation, contentType, form)) {
    if (value instanceof File && data instanceof FormData) data.append(name, value, value.name);
    else data.append(name, String(value));
  }
  return data;
}

function entriesOf(
  document: OpenApiDocument,
  { requestBody }: Operation,
  contentType: string,
  form: Values['form'],
): readonly [string, string | File][] {
  const fields = formFieldsOf(document, requestBody?.content[contentType]?.schema ?? {});
  return fields.flatMap(({ name, schema }): [string, string | File][] => {
    const value = form[name];
    if (value === undefined || value === '') return [];
    if (value instanceof File) return [[name, value]];
    const isList = takesSeveral(document, schema) && !isBinary(resolved(document, schema));
    return isList ? linesOf(value).map((line) => [name, line]) : [[name, value]];
  });
}

/** In single quotes, as a shell of Unix reads it. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** The same request for curl. The token is a variable: a command is kept in a history. */
export function curlOf(url: string, { method, path, headers, body }: BuiltRequest, isOpen: boolean): string {
  const lines = [`curl ${method === 'GET' ? '' : `-X ${method} `}${quoted(url + path)}`];
  if (!isOpen) lines.push('-H "Authorization: Bearer $PHAROS_TOKEN"');
  for (const [name, value] of Object.entries(headers)) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (typeof body === 'string') lines.push(`--data-raw ${quoted(body)}`);
  if (body instanceof URLSearchParams) {
    for (const [name, value] of body) lines.push(`--data-urlencode ${quoted(`${name}=${value}`)}`);
  }
  if (body instanceof FormData) {
    for (const [name, value] of body)
      lines.push(
        value instanceof File ? `-F ${quoted(`${name}=@${value.name}`)}` : `--form-string ${quoted(`${name}=${value}`)}`,
      );
  }
  return lines.join(' \\\n  ');
}
