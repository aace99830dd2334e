// The embedded platform: Kafka, schema registry and ClickHouse as supervised child processes, and the supervisor.
export { PlatformError } from './errors.js';
export { installPlatform } from './install.js';
export { platformHolder, resetPlatform, startPlatform, type Platform, type PlatformOptions, type PortName } from './platform.js';
export type { ChildEvent, ChildSpec } from './supervised-child.js';
export { Supervisor } from './supervisor.js';
export { cacheDirectory, nodeBinary, workspaceRoot } from './workspace.js';
