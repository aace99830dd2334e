// The part of the command line that is about what else there is: `npm run bench:peers`.
import type { SinkCommand } from './warehouse/command-sink.js';

/** What both halves take. */
interface Size {
  records: number;
  rounds: number;
}

export interface Peers<Warehouse extends Size> {
  warehouse?: Warehouse & { sinks?: SinkCommand[] };
  clients?: Size;
}

/** Names of the ways that are there anyway: a further sink has one of its own. */
const TAKEN = ['engine-default', 'engine', 'tideway', 'engine-tuned', 'json'];
const NAME = /^[a-z][a-z0-9-]{0,30}$/;

/** Both halves, unless one is asked for. Throws an Error that says what to change. */
export function parsePeers<Warehouse extends Size>(warehouse: Warehouse, asked: { sinks: boolean; clients: boolean; sink: string[] }): Peers<Warehouse> {
  const sinks = asked.sink.map(parseSink);
  const names = sinks.map(({ name }) => name);
  const twice = names.find((name, i) => TAKEN.includes(name) || names.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`There are two sinks named "${twice}": give one of them another name.`);
  const both = asked.sinks === asked.clients;
  if (sinks.length > 0 && !both && asked.clients) throw new Error('--sink has no meaning with --clients: leave one of them out.');
  return {
    ...(both || asked.sinks ? { warehouse: { ...warehouse, ...(sinks.length > 0 ? { sinks } : {}) } } : {}),
    ...(both || asked.clients ? { clients: { records: warehouse.records, rounds: warehouse.rounds } } : {}),
  };
}

function parseSink(text: string): SinkCommand {
  const at = text.indexOf('=');
  const [name, command] = [text.slice(0, Math.max(0, at)), text.slice(at + 1).trim()];
  if (!NAME.test(name) || command === '') throw new Error(`--sink takes NAME=COMMAND, the name in lower-case letters, digits and hyphens, not "${text}". See --help.`);
  return { name, command };
}
