// The command line of the benchmarks, read and checked.
import { parseArgs } from 'node:util';

export const HELP = `Measures Tideway on a platform of its own, and writes docs/benchmarks.md.

  npm run bench -- [warehouse|latency|all] [options]

  warehouse       the same records into ClickHouse: by its Kafka engine, by the warehouse service, by decoding
  latency         from the receipt of an event to the change of a membership, with the whole mesh running
  all             both (default)

  --records N     warehouse: records to store (default 1000000)
  --rounds N      warehouse: rounds of each, in turn (default 3)
  --ways A,B      warehouse: only these of engine-default, engine, tideway, engine-tuned, json; for who works on one of them
  --rates N,N     latency: events per second, one run each (default 500,2000)
  --seconds N     latency: seconds that are measured (default 60)
  --warm-up N     latency: seconds before (default 20)
  --no-write      leave docs/benchmarks.md as it is
  --help          this text

Everything runs below .tideway/bench and is deleted at the end. Run it on a machine that does nothing else.
`;

export interface Command {
  warehouse?: { records: number; rounds: number; ways?: string[] };
  latency?: { rates: number[]; seconds: number; warmUpSeconds: number };
  write: boolean;
}

const OPTIONS = {
  records: { type: 'string', default: '1000000' },
  rounds: { type: 'string', default: '3' },
  ways: { type: 'string' },
  rates: { type: 'string', default: '500,2000' },
  seconds: { type: 'string', default: '60' },
  'warm-up': { type: 'string', default: '20' },
  write: { type: 'boolean', default: true },
  help: { type: 'boolean', default: false },
} as const;

const PARTS = ['warehouse', 'latency', 'all'];

/** Reads arguments (without node and script); 'help' if asked for. Throws an Error that says what to change. */
export function parseCommand(args: string[]): Command | 'help' {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true, allowNegative: true });
  if (values.help) return 'help';
  const [part = 'all', ...more] = positionals;
  if (!PARTS.includes(part) || more.length > 0) throw new Error(`There is no benchmark "${positionals.join(' ')}": choose one of ${PARTS.join(', ')}.`);
  const warehouse = { records: number('--records', values.records), rounds: number('--rounds', values.rounds), ...(values.ways ? { ways: values.ways.split(',') } : {}) };
  const latency = {
    rates: values.rates.split(',').map((rate) => number('--rates', rate)),
    seconds: number('--seconds', values.seconds),
    warmUpSeconds: number('--warm-up', values['warm-up']),
  };
  return { ...(part === 'latency' ? {} : { warehouse }), ...(part === 'warehouse' ? {} : { latency }), write: values.write && !values.ways };
}

function number(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Error(`${name} takes whole numbers from 1 on, not "${text}". See --help.`);
}
