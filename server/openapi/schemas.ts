import { z } from "zod";
import { NAMED } from "./named-schemas.ts";

/** A JSON Schema, or a part of an OpenAPI document: plain JSON. */
export type Json = Readonly<Record<string, unknown>>;

/** Turns contracts into JSON Schemas (2020-12) and keeps those with a name as components. */
export interface Schemas {
  /** `io`: as the caller writes it, or as it is answered. */
  schemaOf(schema: z.ZodType, io: "input" | "output"): Json;
  /** The named schemas so far, by name. */
  readonly components: Readonly<Record<string, Json>>;
}

export function createSchemas(): Schemas {
  const names = z.registry<{ readonly id: string }>();
  for (const [id, schema] of Object.entries(NAMED)) names.add(schema, { id });
  const components: Record<string, Json> = {};

  function keep(name: string, io: "input" | "output", schema: Json): void {
    const known = components[name];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) {
      throw new Error(`${name} is written in one way and answered in another: name its ${io} otherwise`);
    }
    components[name] = schema;
  }

  return {
    components,
    schemaOf(schema, io) {
      const {
        $schema: _,
        $defs = {},
        ...root
      } = z.toJSONSchema(schema, { io, metadata: names, override: readable });
      for (const [name, part] of Object.entries($defs)) keep(name, io, withComponents(part));
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
