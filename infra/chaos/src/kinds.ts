// The kinds of faults there are: how often each comes, whom it can befall, and for how long. What each does is in faults/.
import { processesOf, proxiedOf, type Targets } from './targets.js';

export const KIND_NAMES = [
  'kill', 'pause', 'crash', 'zombie', 'cut', 'half-open', 'slow', 'one-way', 'registry-cold', 'registry-warm',
  'rebalance', 'backlog', 'poison', 'schema-version', 'segment', 'adoption', 'retention', 'full-disk',
] as const;
export type KindName = (typeof KIND_NAMES)[number];

/**
 * What comes unless kinds are named. A full disk does not: once, ClickHouse 26.7 committed a merged part whose marks were
 * empty after it, which is a loss that nothing here can prevent.
 */
export const DEFAULT_KINDS: readonly KindName[] = KIND_NAMES.filter((kind) => kind !== 'full-disk');

export interface Kind {
  name: KindName;
  /** One line for people. */
  about: string;
  /** How often it comes in a round in which the rarest kind comes once. */
  weight: number;
  /** Seconds that a fault lasts, least and most, without what starting and stopping takes. */
  seconds: readonly [number, number];
  /** Whom it can befall, as `target` or `target detail`. */
  variants(targets: Targets): string[];
}

const withPoints = (targets: Targets, points: 'crashPoints' | 'pausePoints') => targets.consumers.flatMap((consumer) => consumer[points].map((point) => `${consumer.name} ${point}`));
const consumerNames = ({ consumers }: Targets) => consumers.map(({ name }) => name);

export const KINDS: Record<KindName, Kind> = {
  kill: { name: 'kill', about: 'kill -9', weight: 8, seconds: [0, 0], variants: processesOf },
  pause: { name: 'pause', about: 'SIGSTOP, later SIGCONT', weight: 5, seconds: [1, 9], variants: processesOf },
  crash: { name: 'crash', about: 'death at a named point, and again after each restart', weight: 8, seconds: [2, 5], variants: (targets) => withPoints(targets, 'crashPoints') },
  zombie: { name: 'zombie', about: 'pause at a named point until another instance has taken over', weight: 2, seconds: [7, 9], variants: (targets) => withPoints(targets, 'pausePoints') },
  cut: { name: 'cut', about: 'connections reset and refused', weight: 4, seconds: [1, 5], variants: proxiedOf },
  'half-open': { name: 'half-open', about: 'connections that never answer again', weight: 3, seconds: [1, 4], variants: proxiedOf },
  slow: { name: 'slow', about: '50 to 200 ms and 100 KB/s in each direction', weight: 2, seconds: [3, 6], variants: proxiedOf },
  'one-way': { name: 'one-way', about: 'requests arrive, answers do not', weight: 3, seconds: [1, 5], variants: proxiedOf },
  'registry-cold': { name: 'registry-cold', about: 'registry away while a service starts', weight: 1, seconds: [3, 6], variants: ({ services }) => [...services] },
  'registry-warm': { name: 'registry-warm', about: 'registry away while services know their schemas', weight: 1, seconds: [3, 8], variants: () => ['registry'] },
  rebalance: { name: 'rebalance', about: 'instances 2 and 3 come and go', weight: 3, seconds: [4, 6], variants: consumerNames },
  backlog: { name: 'backlog', about: 'SIGSTOP, later SIGCONT, while 1,500 events come in a second', weight: 1, seconds: [6, 9], variants: consumerNames },
  poison: { name: 'poison', about: 'records that no reader can read, of every kind', weight: 2, seconds: [0, 0], variants: () => ['topics'] },
  'schema-version': { name: 'schema-version', about: 'a schema version added, by a publisher of another team', weight: 1, seconds: [1, 2], variants: () => ['web.custom-events'] },
  segment: { name: 'segment', about: 'a segment added by a file, and the service started anew', weight: 1, seconds: [0, 0], variants: () => ['segments'] },
  adoption: {
    name: 'adoption', about: 'death of the service that brings people to a definition written over HTTP', weight: 2, seconds: [2, 5],
    variants: (targets) => ['segments kill', ...withPoints(targets, 'crashPoints').filter((target) => target.startsWith('segments '))],
  },
  retention: { name: 'retention', about: 'records deleted before a paused consumer has read them', weight: 1, seconds: [3, 5], variants: () => ['warehouse'] },
  'full-disk': { name: 'full-disk', about: 'no space left', weight: 1, seconds: [2, 4], variants: () => ['clickhouse'] },
};
