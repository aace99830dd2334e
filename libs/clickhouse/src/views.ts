// The views of schemas/views/, in an order in which they can be made.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { schemasDir, type Product } from '@tideway/contracts';
import { createView } from './tables.js';

export interface View {
  /** `database.view`: the file's name without its ending. */
  name: string;
  /** Its CREATE OR REPLACE VIEW, without a semicolon. */
  query: string;
}

/**
 * One view per file, each after those that it names: ClickHouse wants what a view reads to be there.
 * @param only the views to give, by name; default: all.
 * @throws Error where a view is not there, or where views name each other in a circle.
 */
export function loadViews(only?: readonly string[]): View[] {
  const dir = path.join(schemasDir(), 'views');
  const names = only ?? readdirSync(dir).filter((file) => file.endsWith('.sql')).map((file) => file.slice(0, -'.sql'.length));
  return inOrder([...names].sort().map((name) => ({ name, query: readFileSync(path.join(dir, `${name}.sql`), 'utf8').trim().replace(/;$/, '') })));
}

/** The views that the contracts give, in an order in which they can be made: before any of schemas/views/, which read them. */
export function productViews(products: readonly Product[]): View[] {
  const current = [...new Map(products.map((product) => [product.id, product])).values()];
  // Analysts' views name customer.identities: views without identifiers first.
  const ordered = current.toSorted((a, b) => Number(a.id !== 'customer.identities') - Number(b.id !== 'customer.identities'));
  return ordered.map((product) => ({ name: `${product.database}.${product.view}`, query: createView(product) }));
}

/** The same views, each after those of them that it names outside of its comments. */
export function inOrder(views: readonly View[]): View[] {
  const waiting = [...views];
  const ordered: View[] = [];
  while (waiting.length > 0) {
    const ready = waiting.findIndex((view) => !waiting.some((other) => other !== view && reads(view, other.name)));
    if (ready === -1) throw new Error(`schemas/views: ${waiting.map(({ name }) => name).join(', ')} read each other in a circle: let one of them read the views of products only`);
    ordered.push(...waiting.splice(ready, 1));
  }
  return ordered;
}

function reads({ query }: View, name: string): boolean {
  return new RegExp(`(?<![\\w.])${name.replaceAll('.', '\\.')}(?!\\w)`).test(query.replaceAll(/--.*$/gm, ''));
}
