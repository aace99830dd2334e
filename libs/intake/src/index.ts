export * from './config.js';
export * from './errors.js';
export * from './in-flight.js';
export * from './intake.js';
export * from './json.js';
export * from './keys.js';
export * from './prepare.js';
export * from './rate-limit.js';
export { rawBody, type BodyLimits } from './raw-body.js';
