// The tables and views of all products in ClickHouse: made at start, widened when a writer schema has new fields.
import { hash } from 'node:crypto';
import { ENDS_WITH_CLIENT, columnDefinition, columnOf, createTable, createView, bisectTable, loadViews, productViews, quoted, tableName, tableNames, upgradeTable, withinPatience, type ClickHouseClient } from '@tideway/clickhouse';
import type { Product } from '@tideway/contracts';
import { RetryableError, errorText } from '@tideway/service';
import type { WriterSchema } from '@tideway/kafka';

/** What there is of a table or a view. */
interface Present {
  comment: string;
  columns: ReadonlySet<string>;
}

export class Tables {
  readonly #known = new Map<string, Promise<void>>();

  constructor(private readonly clickhouse: ClickHouseClient, private readonly products: Product[]) {}

  /**
   * Creates what is missing, and the views anew where contracts, or schemas/views/, have others by now: whoever starts again
   * asks, and changes nothing. Idempotent; several warehouses may do it at once.
   */
  async create(): Promise<void> {
    const databases = [...new Set(this.products.map((product) => product.database))];
    for (const database of databases) await this.#run(`CREATE DATABASE IF NOT EXISTS ${quoted(database)}`);
    const present = await this.#present(databases);
    for (const product of this.products) {
      const names = tableNames(product);
      for (const [i, statement] of createTable(product).entries()) if (!present.has(`${product.database}.${names[i]!}`)) await this.#run(statement);
      const columns = new Map(names.flatMap((table) => {
        const found = present.get(`${product.database}.${table}`);
        return found ? [[table, found.columns] as const] : [];
      }));
      if (columns.size > 0) for (const statement of upgradeTable(product, columns)) await this.#run(statement);
    }
    await this.#createViews(present);
  }

  async #createViews(present: ReadonlyMap<string, Present>): Promise<void> {
    const views = [...productViews(this.products), ...loadViews()];
    // A view that reads all columns of a table has those of the time at which it was made.
    const made = `made of ${hash('sha256', JSON.stringify([this.products.map((product) => createTable(product)), views]), 'hex').slice(0, 16)}`;
    if (views.every(({ name }) => present.get(name)?.comment === made)) return;
    for (const { query } of views) await this.#run(`${query}\nCOMMENT '${made}'`);
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
    // Without a comment: at the next start all views are made anew, as others may read all columns of this one.
    await this.#run(createView(product));
  }

  /** The tables and views of these databases, by `database.name`. */
  async #present(databases: string[]): Promise<Map<string, Present>> {
    try {
      const query = `SELECT t.database AS database, t.name AS name, t.comment AS comment, c.columns AS columns
        FROM (SELECT database, name, comment FROM system.tables WHERE database IN {databases:Array(String)}) AS t
        LEFT JOIN (SELECT database, table, groupArray(name) AS columns FROM system.columns WHERE database IN {databases:Array(String)} GROUP BY database, table) AS c
        ON c.database = t.database AND c.table = t.name`;
      const rows = await withinPatience(this.clickhouse, 'reading tables', async (marks) =>
        (await this.clickhouse.query({ query, query_params: { databases }, format: 'JSONEachRow', ...marks, clickhouse_settings: ENDS_WITH_CLIENT })).json<{ database: string; name: string; comment: string; columns: string[] }>());
      return new Map(rows.map(({ database, name, comment, columns }) => [`${database}.${name}`, { comment, columns: new Set(columns) }]));
    } catch (error) {
      throw new RetryableError(`ClickHouse does not tell its tables: ${errorText(error)}`, { cause: error });
    }
  }

  async #run(query: string): Promise<void> {
    try {
      await withinPatience(this.clickhouse, 'making tables', (marks) => this.clickhouse.command({ query, ...marks }));
    } catch (error) {
      throw new RetryableError(`ClickHouse does not take "${query.slice(0, 80)}…": ${errorText(error)}`, { cause: error });
    }
  }
}
