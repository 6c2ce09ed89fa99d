import { z } from "zod";
import { NAMED } from "./named-schemas.ts";

/** A JSON Schema, or a part of an OpenAPI document: plain JSON. */
export type Json = Readonly<Record<string, unknown>>;

/** Turns contracts into JSON Schemas (2020-12) and keeps those with a name as components. */
export interface Schemas {
  /** `io`: as the caller writes it, or as it is answered. */
  schemaOf(schema: z.ZodType, io: Io): Json;
  /** The named schemas so far, by name. */
  readonly components: Readonly<Record<string, Json>>;
  /** The names of those that were written in one way and answered in another: with defaults left out, and filled in. */
  readonly twofold: ReadonlySet<string>;
}

type Io = "input" | "output";

/** `twofold`: what these name is called otherwise where it is written. */
export function createSchemas(twofold: ReadonlySet<string> = new Set()): Schemas {
  const names = {
    input: z.registry<{ readonly id: string }>(),
    output: z.registry<{ readonly id: string }>(),
  };
  for (const [name, schema] of Object.entries(NAMED)) {
    names.output.add(schema, { id: name });
    names.input.add(schema, { id: twofold.has(name) ? `${name}Input` : name });
  }
  const components: Record<string, Json> = {};
  const differing = new Set<string>();

  function keep(name: string, schema: Json): void {
    const known = components[name];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) differing.add(name);
    components[name] = schema;
  }

  return {
    components,
    twofold: differing,
    schemaOf(schema, io) {
      const options = { io, metadata: names[io], override: readable };
      const { $schema: _, $defs = {}, ...root } = z.toJSONSchema(schema, options);
      for (const [name, part] of Object.entries($defs)) keep(name, withComponents(part));
      return withComponents(root);
    },
  };
}

type Override = NonNullable<z.core.ToJSONSchemaParams["override"]>;

/** Says what people read: descriptions, and no patterns and bounds that only repeat a format or a type. */
const readable: Override = ({ zodSchema, jsonSchema }) => {
  const description = z.globalRegistry.get(zodSchema)?.description;
  if (description !== undefined) jsonSchema.description = description;
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
};

/** The same schema, with its references to where the document has them. Throws for a part that JSON cannot say. */
function withComponents(schema: object): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));
}
