// The source formats of the crm domain: a new format is a file beside this one, and a line here.
export { MAX_EVENTS, hubspotEvent } from './hubspot-webhook.js';
export { verifyHubspot } from './hubspot-signature.js';
export { MAX_SALESFORCE_EVENTS, salesforceChange } from './salesforce-cdc.js';
export { csvColumns, importRow, rowAsLine } from './csv-import.js';
export { LINE_FIELDS, type ImportType } from './import-format.js';
export type { ImportContext } from './import-records.js';
export { importLine } from './ndjson-import.js';
export { pipedriveEvent } from './pipedrive.js';
