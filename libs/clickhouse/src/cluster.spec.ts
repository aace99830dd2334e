// Tables of a cluster are those of one server, of which only the engine, its place and its deduplication window are others.
import { describe, expect, it } from '@jest/globals';
import { loadProducts, productOf } from '@tideway/contracts';
import { KEEPER_PATH, clusterDdl, clusterTable, clusterView } from './cluster.js';
import { createTable } from './tables.js';
import { loadViews } from './views.js';

const products = loadProducts();
const cluster = { name: 'mesh', keeperPath: KEEPER_PATH };
const ddl = clusterDdl(products, loadViews(), cluster);

/** A local table's statement, with what a cluster adds taken out again. */
const asOfOneServer = (statement: string) => statement
  .replace('_local` ON CLUSTER `mesh`', '`')
  .replace(/Replicated(\w+)\('[^']*', '\{replica\}'(?:, )?([^)]*)\)/, (_, engine: string, parameters: string) => (parameters === '' ? engine : `${engine}(${parameters})`))
  .replace('SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 1209600,', 'SETTINGS non_replicated_deduplication_window = 10000,');

describe('tables of a cluster', () => {
  it.each(products.map((product) => [product.topic, product] as const))('%s: the columns, order and settings of one server', (_, product) => {
    expect(asOfOneServer(clusterTable(product, cluster)[0]!)).toBe(createTable(product)[0]);
  });

  it('replicate by a path of their own for each shard', () => {
    const [views] = clusterTable(productOf(products, 'web.page-views'), cluster);
    expect(views).toContain("ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/web/page_views_v1', '{replica}') PARTITION BY");
    const [identities] = clusterTable(productOf(products, 'customer.identities'), cluster);
    expect(identities).toContain("ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/customer/identities_v1', '{replica}', _offset, _deleted) ORDER BY (`identifier`)");
    const paths = ddl.flatMap((statement) => /'(\/clickhouse[^']*)'/.exec(statement)?.[1] ?? []);
    expect(new Set(paths).size).toBe(products.length + 1);
  });

  it('are read and written under the names that services know, a partition in one shard', () => {
    expect(clusterTable(productOf(products, 'web.page-views'), cluster)[1]).toBe(
      "CREATE TABLE IF NOT EXISTS `web`.`page_views_v1` ON CLUSTER `mesh` AS `web`.`page_views_v1_local` ENGINE = Distributed('mesh', 'web', 'page_views_v1_local', _partition)",
    );
  });

  it('have the segments service\'s own table, with its narrower marks, a few compressed together', () => {
    const table = ddl.find((statement) => statement.startsWith('CREATE TABLE IF NOT EXISTS `segments`.`activities_local`'));
    expect(table).toMatch(/'\/clickhouse\/tables\/\{shard\}\/segments\/activities'.* index_granularity = 256, min_compress_block_size = 4096$/);
  });
});

describe('the statements of a cluster', () => {
  it('all reach every server', () => {
    expect(ddl.filter((statement) => !statement.includes('ON CLUSTER `mesh`'))).toEqual([]);
  });

  it('make a view after what it reads, identities before the views that join them', () => {
    const at = (start: string) => ddl.findIndex((statement) => statement.includes(`${start} ON CLUSTER`));
    expect(at('VIEW `customer`.`identities`')).toBeLessThan(at('VIEW `web`.`page_views`'));
    expect(at('TABLE IF NOT EXISTS `segments`.`memberships_v1`')).toBeLessThan(at('VIEW segments.intervals'));
  });

  it('keep the comments that stand before a view', () => {
    expect(clusterView('-- Why.\nCREATE OR REPLACE VIEW a.b AS SELECT 1', cluster)).toBe('-- Why.\nCREATE OR REPLACE VIEW a.b ON CLUSTER `mesh` AS SELECT 1');
  });
});
