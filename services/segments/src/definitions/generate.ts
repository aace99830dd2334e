// Writes the JSON Schemas of definitions for editors, or checks that they are current: a part of `npm run generate`.
import { writeGenerated } from '@tideway/contracts';
import { loadCatalog } from './catalog.js';
import { segmentJsonSchema, traitJsonSchema } from './json-schema.js';

const catalog = loadCatalog();
const shown = (schema: object) => `${JSON.stringify(schema, null, 2)}\n`;

writeGenerated(new Map([
  ['schemas/traits/schema.json', shown(traitJsonSchema(catalog))],
  ['schemas/segments/schema.json', shown(segmentJsonSchema(catalog))],
]));
