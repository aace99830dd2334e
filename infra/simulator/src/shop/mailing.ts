// What becomes of a mail: delivery, opens by people and by machines, clicks, and those who want no more.
import type { Random } from '../random.js';
import { awake, lognormal } from './chance.js';
import type { Happening, Mail } from './happening.js';
import { HOUR_MS, MAIL } from './numbers.js';

type MailHappening = Extract<Happening, { platform: 'mail' }>;

export interface Fate {
  happenings: MailHappening[];
  /** When a click brings the person to the shop. */
  clickedAt: number | undefined;
  unsubscribedAt: number | undefined;
}

/** Draws it. Times are milliseconds; nothing happens to a mail before `at`. `unsubscribes` is asked for each mail that arrives. */
export function fateOf(mail: Mail, at: number, random: Random, unsubscribes: () => boolean): Fate {
  const happenings: MailHappening[] = [];
  const happen = (when: number, action: MailHappening['action']) => happenings.push({ at: Math.round(when), platform: 'mail', mail, action });
  const fate: Fate = { happenings, clickedAt: undefined, unsubscribedAt: undefined };
  happen(at, 'processed');
  if (!random.chance(MAIL.delivered)) {
    happen(at + random.int(500, 60_000), random.chance(MAIL.hardBounce) ? 'hard_bounce' : 'soft_bounce');
    return fate;
  }
  const deliveredAt = at + random.int(600, 8_000);
  happen(deliveredAt, 'delivered');
  if (random.chance(MAIL.machineOpen)) happen(deliveredAt + random.int(2_000, 120_000), 'machine_open');
  else if (random.chance(MAIL.open[mail.kind] / (1 - MAIL.machineOpen))) {
    const openedAt = awake(random, deliveredAt + lognormal(random, mail.kind === 'cart' ? HOUR_MS : 4 * HOUR_MS, 1.1));
    happen(openedAt, 'open');
    if (random.chance(MAIL.click[mail.kind])) {
      fate.clickedAt = Math.round(openedAt + random.int(3_000, 40_000));
      happen(fate.clickedAt, 'click');
    }
  }
  if (unsubscribes()) {
    fate.unsubscribedAt = Math.round(awake(random, deliveredAt + lognormal(random, 2 * HOUR_MS, 0.8)));
    happen(fate.unsubscribedAt, 'unsubscribe');
  } else if (random.chance(MAIL.complaint)) happen(awake(random, deliveredAt + HOUR_MS), 'complaint');
  return fate;
}
