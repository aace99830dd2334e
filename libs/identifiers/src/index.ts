export * from './rules.js';
export * from './normalise.js';
export * from './order.js';
export * from './personal-data.js';
