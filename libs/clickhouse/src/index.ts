export * from './avro-file.js';
export * from './client.js';
export * from './columns.js';
export * from './insert.js';
export * from './tables.js';
