// How the paid-media service replays rows that its sources refused: by platform, with what was said of their report.
import type { ReplayContext, ReplaySources } from '@tideway/intake';
import { parseBody } from './pipeline.js';
import { REPORT_SOURCES, metaLeadChange, metaLeads, type ReportContext, type ReportSource } from './sources/index.js';

/** What the request, or the entry of the file of pulls, said of the report; asked for when it was received, where nothing says when. */
const reportOf = ({ receivedAt, shared }: ReplayContext): ReportContext => ({ extractedAt: receivedAt, ...shared });

const rowOf = (source: ReportSource): ReplaySources[string] => (original, context) => source.outcome(parseBody(original), reportOf(context));

export const replaySources: ReplaySources = {
  ...Object.fromEntries(Object.entries(REPORT_SOURCES).map(([platform, source]) => [platform, rowOf(source)])),
  // Webhooks name no key; leads with their answers come with one.
  'meta-leads': (original, context) => (context.source === 'meta-leads' ? metaLeadChange(parseBody(original), context.receivedAt) : rowOf(metaLeads)(original, context)),
};
