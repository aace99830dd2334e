// The command line of the fault harness, read and checked.
import { parseArgs } from 'node:util';
import { CONTROLS, type ControlName } from './controls/controls.js';
import { KINDS, KIND_NAMES, type KindName } from './kinds.js';

const WIDTH = 16;

export const HELP = `Runs the whole mesh under load while faults befall it, and checks that nothing is lost, doubled or different.

  npm run chaos -- [options]

  --seed N          which faults when, and which load (default: a random one, which is printed)
  --minutes N       how long faults go on (default 4)
  --brokers 1|3     Kafka brokers; three replicate everything, with at least two in sync (default 1)
  --rate N          native events per second (default 60)
  --only A,B        only these kinds of faults (default: all but full-disk)
  --control NAME    run a deliberately broken build, and fail unless the checker finds it: ${Object.keys(CONTROLS).join(', ')}
  --report          write docs/reliability.md: a run on one broker and one on three, or that of --brokers in place of the last such
  --keep            leave the run's directory, with logs and data (no disk is made full then)
  --help            this text

Kinds of faults:
${KIND_NAMES.map((kind) => `  ${kind.padEnd(WIDTH)}  ${KINDS[kind].about}`).join('\n')}

Exits with 0 if every promise held and every recovery took less than 60 s (where a new event takes more than 4 s
without faults: 15 times that) of the time that the machine's host did not give to other machines, else with 1.
Everything runs below .tideway/chaos and is deleted at the end.
`;

export interface Command {
  seed: number;
  minutes: number;
  /** Two where a report is written: one run each. */
  brokers: (1 | 3)[];
  eventsPerSecond: number;
  only?: KindName[];
  control?: ControlName;
  report: boolean;
  keep: boolean;
}

const OPTIONS = {
  seed: { type: 'string' },
  minutes: { type: 'string', default: '4' },
  brokers: { type: 'string' },
  rate: { type: 'string', default: '60' },
  only: { type: 'string' },
  control: { type: 'string' },
  report: { type: 'boolean', default: false },
  keep: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Reads arguments (without node and script); 'help' if asked for. Throws an Error that says what to change. */
export function parseCommand(args: string[], randomSeed: () => number = () => Math.floor(Math.random() * 1_000_000)): Command | 'help' {
  const { values } = parseArgs({ args, options: OPTIONS });
  if (values.help) return 'help';
  const { report, keep, control } = values;
  if (control !== undefined && !(control in CONTROLS)) throw new Error(`There is no control "${control}": choose one of ${Object.keys(CONTROLS).join(', ')}.`);
  return {
    seed: values.seed === undefined ? randomSeed() : number('--seed', values.seed, 0),
    minutes: number('--minutes', values.minutes),
    brokers: brokersOf(values.brokers, report),
    eventsPerSecond: number('--rate', values.rate),
    ...(values.only === undefined ? {} : { only: kinds(values.only) }),
    ...(control === undefined ? {} : { control: control as ControlName }),
    report, keep,
  };
}

function brokersOf(text: string | undefined, report: boolean): (1 | 3)[] {
  if (text === undefined) return report ? [1, 3] : [1];
  if (text === '1' || text === '3') return [Number(text) as 1 | 3];
  throw new Error(`--brokers takes 1 or 3, not "${text}". See --help.`);
}

function kinds(text: string): KindName[] {
  const names = text.split(',');
  const unknown = names.find((name) => !(name in KINDS));
  if (unknown !== undefined) throw new Error(`There is no kind of fault "${unknown}": choose of ${KIND_NAMES.join(', ')}.`);
  return names as KindName[];
}

function number(name: string, text: string, least = 1): number {
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
  throw new Error(`${name} takes whole numbers from ${least} on, not "${text}". See --help.`);
}
