export type Schema = {
  readonly type?: string;
  readonly title?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly $ref?: string;
};

/** The schemas of a document: each object has a name, so that generated clients have a type for it. */
export type Schemas = {
  readonly named: Record<string, Schema>;
  /** A reference to a schema under its title, else under `name`; of a list, the items are named. */
  use(schema: unknown, name: string): Schema;
  /** The schema as it stands, with references to what has a title. */
  inline(schema: unknown): Schema;
};

/** An empty collection of schemas. */
export function newSchemas(): Schemas {
  const named: Record<string, Schema> = {};
  const inline = (schema: unknown): Schema => {
    const { additionalProperties: _, title: __, ...rest } = schema as Schema & { additionalProperties?: unknown };
    return {
      ...rest,
      ...(rest.properties && { properties: mapped(rest.properties, titled) }),
      ...(rest.items && { items: titled(rest.items) }),
    };
  };
  const refer = (schema: unknown, name: string): Schema => {
    named[name] ??= inline(schema);
    return { $ref: `#/components/schemas/${name}` };
  };
  const titled = (schema: Schema): Schema => (schema.title ? refer(schema, schema.title) : inline(schema));
  const use = (schema: unknown, name: string): Schema => {
    const { type, title, items } = schema as Schema;
    return type === 'array' && items ? { type, items: use(items, `${name}Item`) } : refer(schema, title ?? name);
  };
  return { named, use, inline };
}

function mapped<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
