/** The tools of assistants: each an operation of the domain, as `routes/table.ts` has those of HTTP. A new tool is a line here. */
import type { Tool, ToolAnnotations } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { Config } from '../../kernel/config/config.ts';
import { addDocument } from '../../services/assistants/add-document.ts';
import { fetchDocument } from '../../services/assistants/fetch-document.ts';
import { listDocuments } from '../../services/assistants/list-documents.ts';
import { searchDocuments } from '../../services/assistants/search-documents.ts';
import { similarResources } from '../../services/graph/similar-resources.ts';
import { type AnyOperation, nothing } from '../../services/operation.ts';
import { getProgress } from '../../services/progress/read-progress.ts';
import { deleteResource } from '../../services/resources/delete-resource.ts';

interface Binding {
  readonly title: string;
  /** For the model that chooses a tool. Default: the operation's own. */
  readonly description?: string;
  /** Whether it reaches beyond the library. */
  readonly openWorld?: boolean;
  /** The text of the result of an operation without one. */
  readonly done?: string;
  /** What a call costs of the caller's limit. Default: 1. */
  readonly cost?: (config: Pick<Config, 'limits'>) => number;
}

export interface AssistantTool extends Binding {
  readonly operation: AnyOperation;
  /** Whether it counts as a write. */
  readonly writes: boolean;
}

const tool = (operation: AnyOperation, binding: Binding): AssistantTool => ({
  ...binding,
  operation,
  writes: operation.scope !== null && WRITING.has(operation.scope),
});

const WRITING: ReadonlySet<string> = new Set(['resources:write', 'resources:delete']);

export const TOOLS: Readonly<Record<string, AssistantTool>> = {
  search: tool(searchDocuments, { title: 'Search documents', cost: ({ limits }) => limits.searchCost }),
  fetch: tool(fetchDocument, { title: 'Fetch a document' }),
  list_documents: tool(listDocuments, { title: 'List documents' }),
  similar: tool(similarResources, {
    title: 'Find similar documents',
    description: 'Lists the documents that are most similar to one, most similar first. Empty until that one has been processed.',
  }),
  add_document: tool(addDocument, { title: 'Add a document', openWorld: true }),
  document_status: tool(getProgress, {
    title: 'Check how far a document is',
    description: 'Says how far the processing of a document is, stage by stage, and why a stage failed.',
  }),
  delete_document: tool(deleteResource, {
    title: 'Delete a document',
    description: 'Deletes a document and everything derived from it, for ever. Ask the user first.',
    done: 'The document is deleted.',
  }),
};

let described: readonly Tool[] | undefined;

/** The result of `tools/list`, made once: schemas of zod are written as JSON Schema, and nothing is compiled. */
export function describeTools(): readonly Tool[] {
  described ??= Object.entries(TOOLS).map(([name, { operation, title, description, writes, openWorld = false }]) => {
    const annotations: ToolAnnotations = {
      title,
      readOnlyHint: !writes,
      destructiveHint: operation.destructive,
      // To read, to delete, or to add the same document twice has no further effect.
      idempotentHint: true,
      openWorldHint: openWorld,
    };
    return {
      name,
      title,
      description: description ?? operation.description ?? operation.summary,
      inputSchema: jsonSchemaOf(operation.input) as Tool['inputSchema'],
      ...(operation.output === nothing ? {} : { outputSchema: jsonSchemaOf(operation.output) as Tool['outputSchema'] }),
      annotations,
    };
  });
  return described;
}

/** Descriptions without names, which stand for the OpenAPI document: a named schema would be a reference instead of an object. */
class Unnamed extends z.core.$ZodRegistry {
  override get(schema: z.core.$ZodType): Record<string, unknown> | undefined {
    const { id: _name, ...meta } = z.globalRegistry.get(schema) ?? {};
    return meta;
  }
}

/** What is sent: both the fields that a caller gives and those that an operation returns are the schema's input. */
const jsonSchemaOf = (schema: z.ZodType) =>
  withSingleTypes(
    z.toJSONSchema(schema, {
      io: 'input',
      metadata: new Unnamed() as typeof z.globalRegistry,
      override: ({ jsonSchema }) => {
        // The pattern says again what the format says.
        if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
        // `example` is a keyword of OpenAPI.
        const { example } = jsonSchema;
        delete jsonSchema.example;
        if (example !== undefined) Object.assign(jsonSchema, { examples: [example] });
      },
    }),
  );

/** A list of types as alternatives: clients that pass schemas on to a model may know schemas of one type only. */
function withSingleTypes(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withSingleTypes);
  if (typeof schema !== 'object' || schema === null) return schema;
  const each = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, withSingleTypes(value)]));
  const { type, ...rest } = each;
  return Array.isArray(type) ? { ...rest, anyOf: type.map((one) => ({ type: one })) } : each;
}
