// Finds the records for which ClickHouse refuses a block, by asking ClickHouse itself with ever smaller parts of it.
import { DataRefusedError, bisectTable, insertDatums, type ClickHouseClient, type Datum } from '@tideway/clickhouse';
import type { AvroRecordSchema, Product } from '@tideway/contracts';
import { RetryableError } from '@tideway/service';

export interface Refused {
  datum: Datum;
  reason: string;
}

/**
 * The datums that ClickHouse refuses one by one, in O(k log n) inserts into a Null table for k of them among n.
 * Rejects with RetryableError where no single record is to blame: then the schema or the table is, and going on
 * would lose a whole block.
 */
export async function findRefused(client: ClickHouseClient, product: Product, schema: AvroRecordSchema, partition: number, datums: Datum[]): Promise<Refused[]> {
  const table = bisectTable(product);
  const refusal = async (part: Datum[]): Promise<string | undefined> => {
    try {
      await insertDatums(client, { table, schema, partition, datums: part });
      return undefined;
    } catch (error) {
      if (error instanceof DataRefusedError) return error.message;
      throw error;
    }
  };
  const search = async (part: Datum[]): Promise<Refused[]> => {
    const reason = await refusal(part);
    if (reason === undefined) return [];
    if (part.length === 1) return [{ datum: part[0]!, reason }];
    const middle = part.length >> 1;
    return [...(await search(part.slice(0, middle))), ...(await search(part.slice(middle)))];
  };
  const refused = await search(datums);
  const all = refused.length === datums.length && datums.length > 1;
  if (refused.length === 0 || all) {
    throw new RetryableError(`ClickHouse refuses ${all ? 'every record' : 'a block, but no record,'} of ${product.topic}: the table or the schema is at fault, nothing is dropped`);
  }
  return refused;
}
