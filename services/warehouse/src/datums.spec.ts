import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { avroType, type AvroRecordSchema } from '@tideway/contracts';
import type { Datum } from '@tideway/clickhouse';
import { bytesOf, wholeDatums, type Poison } from './datums.js';

const schema: AvroRecordSchema = { type: 'record', name: 'Order', fields: [{ name: 'text', type: 'string' }, { name: 'n', type: ['null', 'long'], default: null }] };
const type = avroType(schema);

/** Records one after the other in one buffer, as they are fetched; `wrong` moves the end of some of them. */
function fetched(records: { text: string; n: number | null; wrong: number }[]): Datum[] {
  const encoded = records.map(({ text, n }) => type.toBuffer({ text, n }));
  const bytes = Buffer.concat(encoded);
  let start = 0;
  return encoded.map((one, offset) => {
    const datum = { partition: 1, offset, bytes, start, end: start + one.length + records[offset]!.wrong };
    start += one.length;
    return datum;
  });
}

describe('wholeDatums', () => {
  it('keeps what ends where it should, and nothing that would run into the next record, stop before its end, or go on beyond all', () => {
    const record = fc.record({ text: fc.string({ maxLength: 40 }), n: fc.option(fc.integer()), wrong: fc.constantFrom(0, 0, 0, -1, 1) });
    fc.assert(fc.property(fc.array(record, { minLength: 1, maxLength: 6 }), (records) => {
      const writer = { id: 7, schema, type };
      const poison: Poison[] = [];
      const datums = fetched(records);
      const kept = wholeDatums(writer, datums, poison);
      expect(kept.map(({ offset }) => offset)).toEqual(records.flatMap(({ wrong }, i) => (wrong === 0 ? [i] : [])));
      for (const datum of kept) expect(type.fromBuffer(bytesOf(datum))).toEqual({ text: records[datum.offset]!.text, n: records[datum.offset]!.n });
      expect(poison.map(({ offset, message }) => [offset, message])).toEqual(records.flatMap(({ wrong }, i) => (wrong === 0 ? [] : [[i, `the datum does not fit schema 7: ${wrong < 0 ? 'truncated buffer' : 'trailing data'}`]])));
    }));
  });
});
