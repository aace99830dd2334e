// `npm run chaos`: breaks, checks, prints, and writes docs/reliability.md where it is asked to.
import os from 'node:os';
import path from 'node:path';
import { PlatformError, workspaceRoot } from '@tideway/embedded';
import { errorText } from '@tideway/service';
import { HELP, parseCommand, type Command } from './command.js';
import { CONTROLS, type Control, type ControlName } from './controls/controls.js';
import { record } from './document.js';
import { passed, renderText } from './report.js';
import { run } from './run.js';
import { ChaosWorkplace } from './workplace.js';

const say = (line: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${line}`);
let workplace: ChaosWorkplace | undefined;

async function inWorkplace<T>(keep: boolean, work: (workplace: ChaosWorkplace) => Promise<T>): Promise<T> {
  workplace = new ChaosWorkplace(keep);
  if (keep) say(`Logs and data stay in ${workplace.dir}.`);
  try {
    return await work(workplace);
  } finally {
    await workplace.close();
  }
}

/** A control is passed where the checker finds what is wrong with the build. */
async function runControl(name: ControlName, { seed, eventsPerSecond, brokers, keep }: Command): Promise<boolean> {
  const control: Control = CONTROLS[name];
  say(`Control ${name}: ${control.about}. The checker must find it.`);
  const result = await inWorkplace(keep, (place) => run(place, { seed, minutes: 3, brokers: brokers[0]!, eventsPerSecond, patches: [control.patch], faults: control.faults }, say));
  console.log(renderText(result));
  const found = result.verdicts.filter(({ ok, name: check }) => !ok && control.finds.includes(check));
  console.log(found.length > 0 ? `\nThe checker found it: ${found.map(({ name: check }) => check).join(', ')}` : `\nFAILED: the checker did not find what is wrong with a build ${control.about}`);
  return found.length > 0;
}

async function runAll({ seed, minutes, brokers, eventsPerSecond, only, report, keep }: Command): Promise<boolean> {
  say(`Seed ${seed}.`);
  let held = true;
  for (const count of brokers) {
    const result = await inWorkplace(keep, (place) => run(place, { seed, minutes, brokers: count, eventsPerSecond, only }, say));
    console.log(renderText(result));
    held &&= passed(result);
    if (report) {
      record(path.join(workspaceRoot, 'docs'), { date: new Date().toISOString().slice(0, 10), machine: machine(), ...result });
      say('Written: docs/reliability.md and docs/reliability.json.');
    }
  }
  return held;
}

const machine = () => `${os.availableParallelism()} cores, ${os.cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(os.totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`;

async function main(): Promise<number> {
  const command = parseCommand(process.argv.slice(2));
  if (command === 'help') {
    console.log(HELP);
    return 0;
  }
  const stop = () => {
    say('Stopping…');
    void (workplace?.interrupt() ?? Promise.resolve()).finally(() => process.exit(130));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const) process.once(signal, stop);
  const held = command.control ? await runControl(command.control, command) : await runAll(command);
  return held ? 0 : 1;
}

main().then((code) => process.exit(code), (error: unknown) => {
  // After Ctrl-C, what was under way fails: that is no news, and what stops it ends the process.
  if (workplace?.interrupted) return;
  console.error(error instanceof PlatformError ? error.message : errorText(error));
  process.exit(1);
});
