// Finds the records for which ClickHouse refuses a block, by asking ClickHouse itself with ever smaller parts of it.
import { DataRefusedError, bisectTable, insertDatums, wholeBuffer, type ClickHouseClient, type Datum } from '@tideway/clickhouse';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { avroType, type AvroRecordSchema, type Product } from '@tideway/contracts';
import { RetryableError } from '@tideway/service';

export interface Refused {
  datum: Datum;
  reason: string;
}

/**
 * The datums that ClickHouse refuses one by one, in O(k log n) inserts into a Null table for k of them among n.
 * Rejects with RetryableError where the records are not to blame (none alone is refused, or a sound one is, too):
 * then the schema or the table is, and going on would lose a whole block.
 */
export async function findRefused(client: ClickHouseClient, product: Product, schema: AvroRecordSchema, datums: Datum[]): Promise<Refused[]> {
  const table = bisectTable(product);
  const refusal = async (part: Datum[]): Promise<string | undefined> => {
    try {
      await insertDatums(client, { table, schema, datums: part });
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
  if (refused.length === 0) throw new RetryableError(`ClickHouse refuses a block, but no record, of ${product.topic}: the table is at fault, nothing is dropped`);
  if (refused.length === datums.length && (await refusal([wholeBuffer(0, 0, soundDatum(product, schema))])) !== undefined) {
    throw new RetryableError(`ClickHouse refuses every record of ${product.topic}, a sound one too: the table or the schema is at fault, nothing is dropped`);
  }
  return refused;
}

/** The product's own minimal sample, encoded by the writer schema: fields that only the writer knows take their defaults. */
function soundDatum(product: Product, schema: AvroRecordSchema): Buffer {
  const sample = JSON.parse(readFileSync(path.join(product.samplesDir, 'valid/minimal.json'), 'utf8')) as Record<string, unknown>;
  const record = Object.fromEntries(schema.fields.map(({ name, type, default: value }) => {
    const known = sample[name] ?? value ?? null;
    return [name, type === 'bytes' ? Buffer.from(String(known)) : known];
  }));
  return avroType(schema).toBuffer(record);
}
