export * from './activity.js';
export * from './avro.js';
export * from './contract.js';
export * from './key.js';
export * from './micros.js';
export * from './outcome.js';
export * from './products.js';
export * from './generated/index.js';
