// Stands in for the schema library in the browser bundle: every schema is an empty object there.
const schema = () => ({});

export const Type = {
  Array: schema,
  Integer: schema,
  Literal: schema,
  Object: schema,
  Optional: schema,
  String: schema,
  Union: schema,
  Unsafe: schema,
};
