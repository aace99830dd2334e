import { describe, expect, it } from '@jest/globals';
import avsc from 'avsc';
import fc from 'fast-check';
import { avroType, type AvroRecordSchema } from '@tideway/contracts';
import { avroFile, wholeBuffer } from './avro-file.js';

const schema: AvroRecordSchema = { type: 'record', name: 'R', namespace: 'n', fields: [{ name: 'text', type: 'string' }, { name: 'n', type: ['null', 'long'], default: null }] };
const type = avroType(schema);

function decode(file: Buffer): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const rows: unknown[] = [];
    const decoder = new avsc.streams.BlockDecoder();
    decoder.on('data', (row: object) => rows.push({ ...row })).on('end', () => resolve(rows)).on('error', reject);
    decoder.end(file);
  });
}

describe('a container file of undecoded datums', () => {
  it('reads as the records with partition and offset in front, for any offsets', async () => {
    const row = fc.record({ offset: fc.maxSafeNat(), text: fc.string(), n: fc.option(fc.integer()) });
    await fc.assert(fc.asyncProperty(fc.nat(1_000), fc.array(row, { minLength: 1 }), async (partition, rows) => {
      // avsc takes longs up to 2^53 - 1 only; zigzag doubles, so that offsets stay below 2^52 here.
      const records = rows.map(({ offset, text, n }) => ({ offset: Math.floor(offset / 2), text, n }));
      const file = avroFile(schema, records.map(({ offset, text, n }) => wholeBuffer(partition, offset, type.toBuffer({ text, n }))));
      expect(await decode(file)).toEqual(records.map(({ offset, text, n }) => ({ _partition: partition, _offset: offset, text, n })));
    }), { numRuns: 200 });
  });

  it('is the same for the same block', () => {
    const datums = [wholeBuffer(1, 7, type.toBuffer({ text: 'a', n: null }))];
    expect(avroFile(schema, datums).equals(avroFile({ ...schema }, datums))).toBe(true);
  });
});
