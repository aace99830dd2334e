// Kinds of faults and what does them: a new kind is a file beside this one, a line here, and its entry in kinds.ts.
import type { KindName } from '../kinds.js';
import { adoption } from './adoption.js';
import { backlog } from './backlog.js';
import type { RunFault } from './fault.js';
import { fullDisk } from './full-disk.js';
import { cut, halfOpen, oneWay, slow } from './network.js';
import { crash, zombie } from './points.js';
import { poison } from './poison.js';
import { kill, pause } from './processes.js';
import { rebalance } from './rebalance.js';
import { registryCold, registryWarm } from './registry-down.js';
import { retention } from './retention.js';
import { schemaVersion } from './schema-version.js';
import { segment } from './segment.js';

export const FAULTS: Record<KindName, RunFault> = {
  kill, pause, crash, zombie, cut, 'half-open': halfOpen, slow, 'one-way': oneWay, 'registry-cold': registryCold, 'registry-warm': registryWarm,
  rebalance, backlog, poison, 'schema-version': schemaVersion, segment, adoption, retention, 'full-disk': fullDisk,
};
