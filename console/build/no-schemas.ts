// Stands in for the schema library in the browser bundle: there, every schema is an empty object.
const schema = () => ({});

export const Type = new Proxy({}, { get: () => schema });
