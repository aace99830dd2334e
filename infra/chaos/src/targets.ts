// What the harness does its worst to: the services of the mesh and the parts of the platform, and the points at which a
// service can be made to die or to pause. A service that joins the mesh is a target at once; a consumer adds its entry.
import { SERVICES, type ServiceName } from '@tideway/mesh';

/** A service that reads from Kafka in a consumer group of its own name. */
export interface Consumer {
  name: ServiceName;
  /** Named points in its work at which it can be made to die (TIDEWAY_CRASH_AT). */
  crashPoints: readonly string[];
  /** Those at which a pause leaves another owner to finish what it has begun: it must find itself fenced. */
  pausePoints: readonly string[];
}

const BLOCK_POINTS = ['before-intent', 'after-intent', 'before-insert', 'after-insert'];
const TRANSACTION_POINTS = ['before-send', 'after-send', 'before-commit', 'after-commit'];

/** The one declaration of a new consumer. */
const CONSUMERS: Partial<Record<ServiceName, Omit<Consumer, 'name'>>> = {
  warehouse: { crashPoints: BLOCK_POINTS, pausePoints: ['after-intent', 'before-insert'] },
  sessions: { crashPoints: TRANSACTION_POINTS, pausePoints: ['before-send', 'before-commit'] },
  customer: { crashPoints: TRANSACTION_POINTS, pausePoints: ['before-send', 'before-commit'] },
  segments: { crashPoints: ['before-insert', 'after-insert', ...TRANSACTION_POINTS], pausePoints: ['before-send', 'before-commit'] },
  personalization: { crashPoints: TRANSACTION_POINTS, pausePoints: ['before-send', 'before-commit'] },
};

export interface Targets {
  services: readonly ServiceName[];
  consumers: readonly Consumer[];
  /** 'kafka-1' and so on. */
  brokers: readonly string[];
  /** Services that native payloads are sent to. */
  intakes: readonly ServiceName[];
}

/** The targets of a mesh on so many brokers. */
export function targetsOf(brokers: 1 | 3): Targets {
  const consumers = SERVICES.flatMap((name) => (CONSUMERS[name] ? [{ name, ...CONSUMERS[name] }] : []));
  return {
    services: SERVICES,
    consumers,
    brokers: Array.from({ length: brokers }, (_, i) => `kafka-${i + 1}`),
    intakes: SERVICES.filter((name) => !CONSUMERS[name]),
  };
}

/** Every part that is a process: services, brokers, registry and ClickHouse. */
export function processesOf({ services, brokers }: Targets): string[] {
  return [...services, ...brokers, 'registry', 'clickhouse'];
}

/** Every address that a proxy stands before. */
export function proxiedOf({ brokers, intakes }: Targets): string[] {
  return ['kafka', ...(brokers.length > 1 ? brokers : []), 'registry', 'clickhouse', ...intakes];
}
