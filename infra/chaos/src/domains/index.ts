// The domains that the load goes to and the checker looks into: a further one is a file here and a line.
import type { NativeRequest } from '@tideway/simulator';
import { crm } from './crm.js';
import type { Domain } from './domain.js';
import { email } from './email.js';
import { paidMedia } from './paid-media.js';
import { web } from './web.js';

export const DOMAINS: Record<NativeRequest['domain'], Domain> = { web, crm, email, 'paid-media': paidMedia };
export type { Domain, LoadOptions, ReportRow } from './domain.js';
export { webEventId } from './web.js';
