/** The parts of an OpenAPI 3.1 document that the reference shows. */

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly not?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly contentMediaType?: string;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Schema;
}

type Content = Readonly<Record<string, { readonly schema?: Schema; readonly example?: unknown }>>;

export interface OperationObject {
  readonly operationId: string;
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

export interface OpenApiDocument {
  readonly servers?: readonly { readonly url: string }[];
  readonly tags?: readonly { readonly name: string; readonly description?: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components?: {
    readonly schemas?: Readonly<Record<string, Schema>>;
    readonly parameters?: Readonly<Record<string, Parameter>>;
  };
}

export interface Operation extends OperationObject {
  readonly method: string;
  readonly path: string;
}

export interface TagGroup {
  readonly name: string;
  readonly description: string | undefined;
  readonly operations: readonly Operation[];
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Operations by tag, in the order of the document's tags; a tag without an operation is left out. */
export function groupsOf(document: OpenApiDocument): readonly TagGroup[] {
  const byTag = new Map<string, Operation[]>((document.tags ?? []).map(({ name }) => [name, []]));
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (!operation) continue;
      const tag = operation.tags?.[0] ?? '';
      const group = byTag.get(tag) ?? [];
      byTag.set(tag, group);
      group.push({ ...operation, method: method.toUpperCase(), path });
    }
  }
  const descriptions = new Map((document.tags ?? []).map(({ name, description }) => [name, description]));
  return [...byTag]
    .filter(([, operations]) => operations.length > 0)
    .map(([name, operations]) => ({ name, description: descriptions.get(name), operations }));
}

/** The operations that contain every word of `text` in path, method, summary or id; groups that have one. */
export function filtered(groups: readonly TagGroup[], text: string): readonly TagGroup[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return groups;
  const isMeant = (tag: string, { method, path, summary = '', operationId }: Operation) => {
    const all = `${tag} ${method} ${path} ${summary} ${operationId}`.toLowerCase();
    return words.every((word) => all.includes(word));
  };
  return groups
    .map((group) => ({ ...group, operations: group.operations.filter((operation) => isMeant(group.name, operation)) }))
    .filter(({ operations }) => operations.length > 0);
}

const SCHEMAS = '#/components/schemas/';

/** The name of the schema that a reference leads to. */
export const nameOf = ({ $ref }: Schema): string | undefined =>
  $ref?.startsWith(SCHEMAS) ? $ref.slice(SCHEMAS.length) : undefined;

/** What a schema says, after its reference. One that leads nowhere says nothing. */
export function resolved(document: OpenApiDocument, schema: Schema): Schema {
  const name = nameOf(schema);
  if (name === undefined) return schema;
  const { $ref: _, ...own } = schema;
  return { ...document.components?.schemas?.[name], ...own };
}

/** Whether the schema is a file, as a part of a form is. */
export const isBinary = ({ format, contentMediaType }: Schema): boolean =>
  format === 'binary' || contentMediaType === 'application/octet-stream';

export const titleOf = ({ method, path }: Operation): string => `${method} ${path}`;

/** Null for an operation without credentials; otherwise the scope that a token needs, which may be empty. */
export function scopeOf({ security = [] }: OperationObject): string | null {
  if (security.length === 0) return null;
  return security.flatMap((scheme) => Object.values(scheme).flat())[0] ?? '';
}

/** Whether a personal API key will do, or only the token of a login. */
export const takesKeys = ({ security = [] }: OperationObject): boolean => security.some((scheme) => 'apiKey' in scheme);
