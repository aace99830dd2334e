// A copy of schemas/ with the five segments that both compute, and the traits that these compare.
import { cpSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { schemasDir } from '@tideway/contracts';

/** What infra/bench/java computes: of windows from five minutes to a year, with consent, and left by time alone. */
export const SEGMENTS = ['cart-abandoners', 'email-engaged', 'high-intent', 'repeat-buyers', 'vip-customers'];
const TRAITS = ['cart_adds_1d', 'email_clicks_30d', 'orders_1d', 'orders_30d', 'product_views_5m', 'revenue_365d_micros'];

/** Makes it below `dir`; gives its path, for TIDEWAY_SCHEMAS. */
export function fiveSegments(dir: string): string {
  const folder = path.join(dir, 'five-segments');
  for (const part of ['products', 'identifiers.yaml', 'purposes.yaml']) cpSync(path.join(schemasDir(), part), path.join(folder, part), { recursive: true });
  const copy = (part: string, names: string[]) => {
    mkdirSync(path.join(folder, part));
    for (const name of names) cpSync(path.join(schemasDir(), part, `${name}.yaml`), path.join(folder, part, `${name}.yaml`));
  };
  copy('segments', SEGMENTS);
  copy('traits', TRAITS);
  return folder;
}
