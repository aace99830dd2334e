// The source formats of the paid-media domain: a new format is a file beside this one, and a line here.
import type { Platform, ReportSource } from './report.js';

export * from './report.js';

export const REPORT_SOURCES: Partial<Record<Platform, ReportSource>> = {};
