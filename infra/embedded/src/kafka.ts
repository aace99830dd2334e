// Apache Kafka as child processes: one broker, or three that replicate; broker and controller in one process.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { runCommand } from './command.js';
import type { Installation } from './installation.js';
import { jvmArguments, type ClassArchive } from './jvm.js';
import type { ChildSpec } from './supervised-child.js';
import { childDirectory } from './workspace.js';

export interface KafkaOptions {
  /** The platform's directory. */
  dir: string;
  installation: Installation;
  /** By the names that kafkaPortNames gives. */
  ports: Record<string, number>;
  brokers: 1 | 3;
  /** Ports, one a broker, that each broker's second listener is known by: where a proxy stands before it. Default: no second listener. */
  proxies?: readonly number[];
  archive?: ClassArchive;
}

/** The names of the ports that so many brokers need: one for clients and one for the quorum each, and one for a proxy. */
export function kafkaPortNames(brokers: 1 | 3, proxied = false): string[] {
  return brokerIds(brokers).flatMap((id) => [`kafka-${id}`, `kafka-${id}-controller`, ...(proxied ? [`kafka-${id}-proxied`] : [])]);
}

/** The ports behind the proxies: of the brokers' second listeners. */
export function proxiedPorts({ ports, brokers }: Pick<KafkaOptions, 'ports' | 'brokers'>): number[] {
  return brokerIds(brokers).map((id) => ports[`kafka-${id}-proxied`]!);
}

/** The brokers' ports for clients. */
export function clientPorts({ ports, brokers }: Pick<KafkaOptions, 'ports' | 'brokers'>): number[] {
  return brokerIds(brokers).map((id) => ports[`kafka-${id}`]!);
}

/** The bootstrap list, for KAFKA_BROKERS. */
export function bootstrapServers(options: Pick<KafkaOptions, 'ports' | 'brokers'>): string {
  return clientPorts(options).map((port) => `127.0.0.1:${port}`).join(',');
}

/** The brokers as children, 'kafka-1' and so on, each of which formats its directory before its first start. */
export async function kafkaChildren(options: KafkaOptions): Promise<ChildSpec[]> {
  const clusterId = readClusterId(options.dir);
  return brokerIds(options.brokers).map((id) => brokerChild(options, id, clusterId));
}

function brokerChild(options: KafkaOptions, id: number, clusterId: string): ChildSpec {
  const { dir, installation, ports } = options;
  const home = path.join(dir, `kafka-${id}`);
  const settingsFile = path.join(home, 'server.properties');
  mkdirSync(home, { recursive: true });
  writeFileSync(settingsFile, toProperties(brokerSettings(options, id)));
  const jvm = (archive: ClassArchive, mainClass: string, ...args: string[]) =>
    jvmArguments({
      java: installation.java,
      heap: process.env['TIDEWAY_KAFKA_HEAP'] ?? '256m',
      archive,
      args: [`-Dlog4j2.configurationFile=${path.join(childDirectory, 'kafka-log4j2.xml')}`, '-cp', installation.kafkaClassPath, mainClass, ...args],
    });
  const use: ClassArchive = { file: installation.kafkaArchive, mode: 'use' };
  const address = `127.0.0.1:${ports[`kafka-${id}`]}`;
  return {
    name: `kafka-${id}`,
    command: installation.java.binary,
    args: jvm(options.archive ?? use, 'kafka.Kafka', settingsFile),
    logFile: path.join(dir, 'logs', `kafka-${id}.log`),
    beforeStart: async () => {
      // StorageTool writes this file last.
      if (existsSync(path.join(home, 'data', 'meta.properties'))) return;
      const { code, output } = await runCommand(
        installation.java.binary,
        jvm(use, 'kafka.tools.StorageTool', 'format', '--cluster-id', clusterId, '--config', settingsFile, '--ignore-formatted'),
      );
      if (code !== 0) throw new Error(`its directory cannot be formatted:\n${output}`);
    },
    probe: () => isUnfenced(address, id),
    // After a crash of the machine every log is read through.
    readyTimeoutMs: 180_000,
  };
}

/** Whether the broker serves: it answers, and the cluster's controller counts it as live. */
async function isUnfenced(address: string, id: number): Promise<boolean> {
  const client = new Kafka({ brokers: [address], clientId: 'tideway-platform', logLevel: logLevel.NOTHING, connectionTimeout: 1_000, requestTimeout: 2_000, retry: { retries: 0 } });
  const admin = client.admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    return brokers.some(({ nodeId }) => nodeId === id);
  } finally {
    await admin.disconnect();
  }
}

/** A second listener, which clients that come through the proxy are told to come back to. */
function proxiedListener({ ports, proxies }: KafkaOptions, id: number): { listens: string; advertised: string; protocol: string } {
  if (proxies === undefined) return { listens: '', advertised: '', protocol: '' };
  return { listens: `,PROXIED://127.0.0.1:${ports[`kafka-${id}-proxied`]}`, advertised: `,PROXIED://127.0.0.1:${proxies[id - 1]}`, protocol: ',PROXIED:PLAINTEXT' };
}

function brokerSettings(options: KafkaOptions, id: number): Record<string, string | number | boolean> {
  const { dir, ports, brokers } = options;
  const ids = brokerIds(brokers);
  const proxied = proxiedListener(options, id);
  const replication = brokers;
  const minIsr = brokers === 1 ? 1 : 2;
  const listener = `PLAINTEXT://127.0.0.1:${ports[`kafka-${id}`]}`;
  return {
    'process.roles': 'broker,controller',
    'node.id': id,
    'controller.quorum.voters': ids.map((voter) => `${voter}@127.0.0.1:${ports[`kafka-${voter}-controller`]}`).join(','),
    listeners: `${listener}${proxied.listens},CONTROLLER://127.0.0.1:${ports[`kafka-${id}-controller`]}`,
    'advertised.listeners': `${listener}${proxied.advertised}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': `PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT${proxied.protocol}`,
    'log.dirs': path.join(dir, `kafka-${id}`, 'data'),

    // Topics come from contracts, with their settings; a mistyped name must fail.
    'auto.create.topics.enable': false,
    'delete.topic.enable': true,
    'num.partitions': 6,
    'default.replication.factor': replication,
    'min.insync.replicas': minIsr,

    'offsets.topic.replication.factor': replication,
    'offsets.topic.num.partitions': 8,
    'transaction.state.log.replication.factor': replication,
    'transaction.state.log.min.isr': minIsr,
    'transaction.state.log.num.partitions': 8,
    'share.coordinator.state.topic.replication.factor': replication,
    'share.coordinator.state.topic.min.isr': minIsr,
    'share.coordinator.state.topic.num.partitions': 1,

    'group.initial.rebalance.delay.ms': 0,
    // Fault tests want a dead consumer noticed at once.
    'group.min.session.timeout.ms': 1_000,
    // 30 days: a service that was off for a long holiday goes on where it was.
    'offsets.retention.minutes': 43_200,
    // A broker back from kill -9 must wait for its former session to end: 3.4 s instead of 11.9 s.
    'broker.session.timeout.ms': 2_000,
    'broker.heartbeat.interval.ms': 400,

    // A laptop's measures: memory first. The defaults take 128 MB for compaction alone.
    'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
    'num.network.threads': 2,
    'num.io.threads': 4,
    // After kill -9 what was not flushed is read again, batch by batch, which took half of a start: a segment is flushed when the
    // next begins, and that is noted now and then. Who restores its state reads a changelog, of which compaction leaves the last
    // segment as it is: of 32 MB, that was ten times what there was to restore. So does a coordinator.
    'log.segment.bytes': 2 * 1024 * 1024,
    'log.flush.offset.checkpoint.interval.ms': 10_000,
    'offsets.topic.segment.bytes': 4 * 1024 * 1024,
    'transaction.state.log.segment.bytes': 4 * 1024 * 1024,
    // As until 4.2. 4.3's adaptive one (KAFKA-19826) once kept a batch of before a coordinator was loaded, after kill -9: it took
    // itself for out of sync with its log, for minutes.
    'group.coordinator.append.linger.ms': 5,
    'share.coordinator.append.linger.ms': 5,
    'log.index.size.max.bytes': 1024 * 1024,
  };
}

function toProperties(settings: Record<string, string | number | boolean>): string {
  // Backslash is the escape character of the format.
  return Object.entries(settings).map(([key, value]) => `${key}=${String(value).replaceAll('\\', '\\\\')}\n`).join('');
}

// Every broker of the cluster is formatted with the same id: a base64url-coded uuid.
function readClusterId(dir: string): string {
  const file = path.join(dir, 'kafka-cluster-id');
  if (!existsSync(file)) {
    mkdirSync(dir, { recursive: true });
    writeFileSync(file, randomClusterId());
  }
  return readFileSync(file, 'utf8').trim();
}

// Kafka refuses ids that begin with a dash, as its tools take them for options.
function randomClusterId(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? randomClusterId() : id;
}

function brokerIds(brokers: 1 | 3): number[] {
  return brokers === 1 ? [1] : [1, 2, 3];
}
