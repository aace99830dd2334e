// The embedded platform: Kafka, schema registry and ClickHouse as supervised child processes, and the supervisor.
export { usersXml } from './clickhouse-access.js';
export { runCommand, type CommandResult } from './command.js';
export { PlatformError } from './errors.js';
export { ensureInstalled, installPlatform } from './install.js';
export type { Installation, Progress } from './installation.js';
export { findJava } from './java.js';
export { ensureDownloaded, type MavenDownload } from './maven.js';
export { platformHolder, resetPlatform, startPlatform, type Platform, type PlatformOptions, type PortName } from './platform.js';
export { claimFreePort } from './ports.js';
export type { ChildEvent, ChildSpec } from './supervised-child.js';
export { Supervisor } from './supervisor.js';
export { forgetGroup, watchGroup } from './watchdog.js';
export { cacheDirectory, nodeBinary, workspaceRoot } from './workspace.js';
