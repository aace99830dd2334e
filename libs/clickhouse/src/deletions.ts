// What has to be deleted from ClickHouse where a person was erased: the tables keep their rows until somebody does.
import { hasIdentifiers, type Product } from '@tideway/contracts';
import { literal } from './columns.js';
import { tableName } from './tables.js';

/** Tables by profile: the profile's own rows, and those of the profiles that were merged into it. */
const BY_PROFILE: readonly string[] = ['segments.memberships', 'segments.state', 'customer.consents', 'personalization.profiles'];

/**
 * The statements that delete what ClickHouse has of a person, in the order in which they can be run: the last table says
 * which profiles they had. Identifiers (`type:value`) are literals, so that who runs them sees whom they are about.
 */
export function deletionsOf(products: Product[], identifiers: readonly string[]): string[] {
  const list = identifiers.map(literal).join(', ');
  // After a split, rows of who left stand under the profile of those who stayed: that is somebody's.
  const others = `SELECT profile_id FROM customer.identities WHERE identifier NOT IN (${list}) AND cause != 'erasure'`;
  const profiles = ['segments.activities', 'customer.identities'].map((table) => `SELECT profile_id FROM ${table} WHERE identifier IN (${list}) AND profile_id NOT IN (${others})`).join(' UNION ALL ');
  const byProfile = products.filter(({ id }) => BY_PROFILE.includes(id)).map((product) => `DELETE FROM ${tableName(product)} WHERE profile_id IN (${profiles})`);
  // An erasure is kept: it shows that what was asked for was done.
  const ofPeople = products.filter((product) => hasIdentifiers(product) && product.id !== 'customer.erasures');
  const byIdentifiers = ofPeople.map((product) => `DELETE FROM ${tableName(product)} WHERE ${identifiers.map(carried).join(' OR ')}`);
  const activities = [...products.filter(({ id }) => id === 'customer.activities').map(tableName), 'segments.activities'];
  return [...byProfile, ...byIdentifiers, ...activities.map((table) => `DELETE FROM ${table} WHERE identifier IN (${list})`)];
}

function carried(identifier: string): string {
  const colon = identifier.indexOf(':');
  return `identifiers[${literal(identifier.slice(0, colon))}] = ${literal(identifier.slice(colon + 1))}`;
}
