export * from './config.js';
export * from './crash.js';
export * from './errors.js';
export * from './health.js';
export * from './log.js';
export * from './loop.js';
export * from './metrics.js';
export * from './run.js';
