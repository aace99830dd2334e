export * from './avro-file.js';
export * from './client.js';
export { KEEPER_PATH, clusterDdl, type Cluster } from './cluster.js';
export * from './columns.js';
export * from './insert.js';
export { withinPatience } from './patience.js';
export * from './quarantine.js';
export * from './tables.js';
export { loadViews, type View } from './views.js';
