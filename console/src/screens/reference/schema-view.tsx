/** The fields of a schema as a list; fields that have fields themselves open on demand. */
import { useState } from 'preact/hooks';
import { reference as texts } from '../../texts/reference.ts';
import { fieldsOf, objectsIn, type SchemaField, schemaName } from './fields.ts';
import type { OpenApiDocument, Schema } from './openapi.ts';
import { resolved } from './openapi.ts';
import { Prose } from './prose.tsx';
import { limitsOf, typeOf } from './schema-words.ts';

interface Props {
  readonly document: OpenApiDocument;
  readonly schema: Schema;
}

/** The fields of every object that a value may be. */
export function SchemaView({ document, schema }: Props) {
  const objects = objectsIn(document, schema);
  return (
    <>
      {objects.map((object, index) => (
        <div class="schema" key={index}>
          {objects.length > 1 && <p class="quiet">{texts.variant(schemaName(object), index + 1)}</p>}
          <ul>
            {fieldsOf(document, object).map((field) => (
              <FieldLine key={field.name} document={document} field={field} />
            ))}
          </ul>
        </div>
      ))}
    </>
  );
}

function FieldLine({ document, field: { name, schema, required } }: { document: OpenApiDocument; field: SchemaField }) {
  const own = resolved(document, schema);
  const words = [typeOf(schema), required ? texts.request.required : undefined, ...limitsOf(own)].filter(Boolean).join(', ');
  return (
    <li>
      <code>{name}</code> <span class="quiet">{words}</span>
      {own.description !== undefined && (
        <p>
          <Prose text={own.description} />
        </p>
      )}
      {objectsIn(document, schema).length > 0 && (
        <Fold summary={texts.fields(schemaName(schema) ?? name)}>{() => <SchemaView document={document} schema={schema} />}</Fold>
      )}
    </li>
  );
}

/** What is inside is made when it is first opened: schemas may contain themselves. */
export function Fold({ summary, children }: { summary: string; children: () => preact.ComponentChildren }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="fold" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{summary}</summary>
      {isOpen && children()}
    </details>
  );
}
