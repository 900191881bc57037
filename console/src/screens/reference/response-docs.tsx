/** What an operation responds with: successes with their fields, refusals in a line each. */
import { CodeBlock } from '../../parts/copy.tsx';
import { reference as texts } from '../../texts/reference.ts';
import { exampleOf } from './example.ts';
import { objectsIn, schemaName } from './fields.ts';
import { type OpenApiDocument, type Operation, type Schema, titleOf } from './openapi.ts';
import { Prose } from './prose.tsx';
import { Fold, SchemaView } from './schema-view.tsx';

interface Props {
  readonly document: OpenApiDocument;
  readonly operation: Operation;
}

export function ResponseDocs({ document, operation }: Props) {
  const all = Object.entries(operation.responses);
  const successes = all.filter(([status]) => !isRefusal(status));
  const refusals = all.filter(([status]) => isRefusal(status));
  return (
    <>
      <section>
        <h4>{texts.responses}</h4>
        <ul class="statuses">
          {successes.map(([status, { description, content = {} }]) => (
            <li key={status}>
              <StatusLine status={status} description={description} />
              {Object.entries(content).map(([type, { schema = {} }]) => (
                <Body
                  key={type}
                  document={document}
                  type={type}
                  schema={schema}
                  example={texts.partOf(texts.example, `${titleOf(operation)} ${status}`)}
                />
              ))}
            </li>
          ))}
        </ul>
      </section>
      {refusals.length > 0 && (
        <section>
          <h4>{texts.refusals}</h4>
          <ul class="statuses">
            {refusals.map(([status, { description }]) => (
              <li key={status}>
                <StatusLine status={status} description={description} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

const isRefusal = (status: string) => /^[45]/.test(status);

const StatusLine = ({ status, description }: { status: string; description: string }) => (
  <p>
    <b class="num">{status}</b> <Prose text={description} />
  </p>
);

interface BodyProps {
  readonly document: OpenApiDocument;
  readonly type: string;
  readonly schema: Schema;
  /** Name of the block with an example. */
  readonly example: string;
}

function Body({ document, type, schema, example }: BodyProps) {
  const hasFields = objectsIn(document, schema).length > 0;
  const name = schemaName(schema);
  return (
    <>
      <p class="quiet">{type}</p>
      {hasFields && (
        <Fold summary={name === undefined ? texts.fieldsOfBody : texts.fields(name)}>
          {() => <SchemaView document={document} schema={schema} />}
        </Fold>
      )}
      {hasFields && (
        <Fold summary={texts.example}>
          {() => <CodeBlock label={example} code={JSON.stringify(exampleOf(document, schema), null, 2)} />}
        </Fold>
      )}
    </>
  );
}
