// Who takes events in: the web service, and what one would write oneself.
import { fork } from 'node:child_process';
import path from 'node:path';
import { Supervisor, workspaceRoot } from '@tideway/embedded';
import { choosePorts, loadSecrets, serviceChild, urlOf } from '@tideway/mesh';
import type { Targets } from '@tideway/simulator';

export type ContenderName = 'tideway' | 'usual';
export const CONTENDERS: readonly ContenderName[] = ['tideway', 'usual'];

/** Where the events of each come to stand: the calls are of one kind, and become records of one product. */
export const TOPICS: Record<ContenderName, string> = { tideway: 'web.ecommerce-events.v1', usual: 'bench.intake-usual' };

export interface RunningContender {
  pid: number;
  targets: Targets;
  stop(): Promise<void>;
}

/** One key sends everything here: its share of the rate is not what is measured. */
const WITHOUT_RATE = { INTAKE_EVENTS_PER_SECOND: '1000000', INTAKE_BURST_EVENTS: '1000000' };

/** Starts it in a process of its own; `dir` is for its log. Rejects where it does not serve. */
export function startContender(name: ContenderName, dir: string, env: Record<string, string>): Promise<RunningContender> {
  return name === 'tideway' ? startWeb(dir, env) : startUsual(env['KAFKA_BROKERS']!);
}

async function startWeb(dir: string, env: Record<string, string>): Promise<RunningContender> {
  const [secrets, ports, supervisor] = [loadSecrets(dir), await choosePorts(), new Supervisor()];
  const stop = () => supervisor.stop();
  try {
    await supervisor.start(serviceChild('web', { env: { ...env, ...WITHOUT_RATE }, secrets, ports, logs: dir }));
    return { pid: supervisor.pids()['web']!, targets: targetsOf(urlOf(ports.web), secrets.webWriteKey), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startUsual(broker: string): Promise<RunningContender> {
  // The built one, from a test too.
  const script = path.join(workspaceRoot, 'infra/bench/dist/intake/usual-server.js');
  const server = fork(script, [broker, TOPICS.usual], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const port = await new Promise<number>((resolve, reject) => {
    server.once('message', (message) => resolve(message as number));
    void ended.then(() => reject(new Error('the usual server did not start: see above')));
  });
  const stop = async () => {
    server.kill('SIGKILL');
    await ended;
  };
  return { pid: server.pid!, targets: targetsOf(`http://127.0.0.1:${port}`, 'none'), stop };
}

/** Only web is sent to. */
function targetsOf(webUrl: string, webWriteKey: string): Targets {
  return { webUrl, webWriteKey, crmUrl: webUrl, hubspotSecret: '', hubspotWebhookUrl: webUrl, crmImportKey: '' };
}
