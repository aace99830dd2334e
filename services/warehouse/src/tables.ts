// The tables and views of all products in ClickHouse: made at start, widened when a writer schema has new fields.
import { columnDefinition, columnOf, createTable, createView, bisectTable, loadViews, quoted, tableName, upgradeTable, withinPatience, type ClickHouseClient } from '@tideway/clickhouse';
import type { Product } from '@tideway/contracts';
import { RetryableError, errorText } from '@tideway/service';
import type { WriterSchema } from '@tideway/kafka';

export class Tables {
  readonly #known = new Map<string, Promise<void>>();

  constructor(private readonly clickhouse: ClickHouseClient, private readonly products: Product[]) {}

  /** Creates what is missing. Idempotent; several warehouses may do it at once. */
  async create(): Promise<void> {
    for (const database of new Set(this.products.map((product) => product.database))) await this.#run(`CREATE DATABASE IF NOT EXISTS ${quoted(database)}`);
    for (const product of this.products) for (const statement of createTable(product)) await this.#run(statement);
    for (const [database, products] of Map.groupBy(this.products, (product) => product.database)) {
      const columns = await this.#columns(database);
      for (const product of products) for (const statement of upgradeTable(product, columns)) await this.#run(statement);
    }
    // Analysts' views name customer.identities: views without identifiers first.
    const majors = new Map(this.products.map((product) => [product.id, product]));
    const views = [...majors.values()].sort((a, b) => Number(a.id !== 'customer.identities') - Number(b.id !== 'customer.identities'));
    for (const product of views) await this.#run(createView(product));
    // Those of schemas/views/ read the ones that the contracts give.
    for (const { query } of loadViews()) await this.#run(query);
  }

  /** Adds the columns that a writer schema has and the table has not, before its first row: else they would vanish silently. */
  fit(product: Product, writer: WriterSchema): Promise<void> {
    const key = `${product.topic}/${writer.id}`;
    const known = this.#known.get(key);
    if (known) return known;
    const made = this.#widen(product, writer);
    this.#known.set(key, made);
    made.catch(() => this.#known.delete(key));
    return made;
  }

  async #widen(product: Product, writer: WriterSchema): Promise<void> {
    const names = new Set(product.schema.fields.map((field) => field.name));
    const added = writer.schema.fields.filter((field) => !names.has(field.name)).map((field) => `ADD COLUMN IF NOT EXISTS ${columnDefinition(columnOf(field))}`);
    if (added.length === 0) return;
    for (const table of [tableName(product), bisectTable(product)]) await this.#run(`ALTER TABLE ${table} ${added.join(', ')}`);
    await this.#run(createView(product));
  }

  /** Columns by table of a database, so that tables of an earlier contract are known. */
  async #columns(database: string): Promise<Map<string, Set<string>>> {
    try {
      const query = 'SELECT table, groupArray(name) AS names FROM system.columns WHERE database = {database:String} GROUP BY table';
      const rows = await withinPatience(this.clickhouse, 'reading columns', async (signal) =>
        (await this.clickhouse.query({ query, query_params: { database }, format: 'JSONEachRow', abort_signal: signal })).json<{ table: string; names: string[] }>());
      return new Map(rows.map(({ table, names }) => [table, new Set(names)]));
    } catch (error) {
      throw new RetryableError(`ClickHouse does not tell the columns of ${database}: ${errorText(error)}`, { cause: error });
    }
  }

  async #run(query: string): Promise<void> {
    try {
      await withinPatience(this.clickhouse, 'making tables', (signal) => this.clickhouse.command({ query, abort_signal: signal }));
    } catch (error) {
      throw new RetryableError(`ClickHouse does not take "${query.slice(0, 80)}…": ${errorText(error)}`, { cause: error });
    }
  }
}
