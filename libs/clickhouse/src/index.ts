export * from './avro-file.js';
export * from './client.js';
export * from './columns.js';
export { deletionsOf } from './deletions.js';
export * from './insert.js';
export { withinPatience } from './patience.js';
export * from './quarantine.js';
export * from './tables.js';
export { loadViews, type View } from './views.js';
