// The real platform for tests: an own Kafka, registry and ClickHouse per caller, gone when it stops.
export { chromiumPath } from './chromium.js';
export { startTestPlatform, type TestPlatform } from './test-platform.js';
export { waitFor, type WaitOptions } from './wait-for.js';
export { processesNaming, runProgram, type ProgramOptions } from './program.js';
export { shopActivities, type ShopActivity } from '@tideway/simulator';
