// How the crm service replays what its sources refused: by format, with the context of the first receipt.
import { parseJson, type ReplaySources } from '@tideway/intake';
import { hubspotEvent, importLine, pipedriveEvent, salesforceChange } from './sources/index.js';

export const replaySources: ReplaySources = {
  hubspot: (original, { receivedAt }) => hubspotEvent(parseJson(original), { receivedAt }),
  salesforce: (original, { receivedAt, source }) => salesforceChange(parseJson(original), { receivedAt, accountId: source.slice('salesforce:'.length) }),
  pipedrive: (original, { receivedAt, source }) => pipedriveEvent(parseJson(original), { receivedAt, source }),
  // Rows of CSV are kept as lines of NDJSON.
  import: (original, { receivedAt, source, index, shared }) =>
    importLine(original, index + 1, { receivedAt, source, accountId: source.slice('import:'.length), ...(shared['platform'] === 'hubspot' ? { platform: 'hubspot' } : {}) }),
};
