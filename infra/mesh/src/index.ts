export * from './check.js';
export * from './clients.js';
export * from './lag.js';
export * from './mesh.js';
export * from './scrape.js';
export * from './services.js';
export * from './tail.js';
export * from './totals.js';
