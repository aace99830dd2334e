// What sales does, as HubSpot's webhooks report it.
import { contactCreated, dealOpened, dealStageChanged, stageChanged, type HubSpotEvent } from '../hubspot-events.js';
import type { Random } from '../random.js';
import type { Happening } from './happening.js';

type CrmHappening = Extract<Happening, { platform: 'crm' }>;

/** HubSpot's object ids are numbers; a seed's people take a million of them of their own. */
const OBJECTS_PER_SEED = 1_000_000;

/** The events, without their time. */
export function hubspotEvents({ person, change, amount }: CrmHappening, seed: number, random: Random): HubSpotEvent[] {
  const id = (seed % OBJECTS_PER_SEED) * OBJECTS_PER_SEED + person.index + 1;
  switch (change) {
    case 'customer':
    case 'lead':
      return contactCreated(random, id, person.email, change);
    case 'deal':
      return [stageChanged(random, id, 'opportunity'), ...dealOpened(random, id, id, String(amount))];
    case 'won':
      return [dealStageChanged(random, id, 'closedwon'), stageChanged(random, id, 'customer')];
    case 'lost':
      return [dealStageChanged(random, id, 'closedlost')];
  }
}
