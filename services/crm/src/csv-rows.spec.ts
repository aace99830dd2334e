import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { csvRows } from './csv-rows.js';

const rowsOf = (text: string | Buffer) => [...csvRows(Buffer.from(text))].map(({ number, cells, fault }) => (fault ? [number, fault] : [number, ...cells]));

describe('the rows of a CSV file', () => {
  it('are cells with quotes undone, whatever stands between the quotes', () => {
    expect(rowsOf('a,b\n1,"x, ""y"""\n"2","line\nbreak"\n3,\n')).toEqual([[1, 'a', 'b'], [2, '1', 'x, "y"'], [3, '2', 'line\nbreak'], [5, '3', '']]);
  });

  it.each([
    ['a byte order mark, semicolons and CRLF', '\ufeffa;b\r\n1;"x\r\ny"\r\n\r\n2;z'],
    ['tabs and LF', 'a\tb\n1\t"x\r\ny"\n\n2\tz\n'],
    ['commas, mixed line ends and lines of empty cells', 'a,b\r\n1,"x\r\ny"\n,\n2,z\n , \n'],
  ])('are the same with %s, and know their lines', (_name, text) => {
    expect(rowsOf(text)).toEqual([[1, 'a', 'b'], [2, '1', 'x\r\ny'], [5, '2', 'z']]);
  });

  it('are none in an empty file', () => {
    expect([rowsOf(''), rowsOf('\ufeff\r\n\n')]).toEqual([[], []]);
  });

  it('keep their bytes, without line ends', () => {
    expect([...csvRows(Buffer.from('\ufeffa,b\r\n"1",ü\r\n'))].map(({ bytes }) => bytes.toString())).toEqual(['a,b', '"1",ü']);
  });

  it('go on after a line with a quote out of place, or a missing one', () => {
    expect(rowsOf('a,b\n1,x"y\n2,ok\n3,"q"z\n4,ok\n5,"open\n6,ok\n')).toEqual([[1, 'a', 'b'], [2, 'quote'], [3, '2', 'ok'], [4, 'quote'], [5, '4', 'ok'], [6, 'quote'], [7, '6', 'ok']]);
  });

  it('are read no further after a hundred such lines', () => {
    const rows = rowsOf(`a,b\n${'1,x"\n'.repeat(150)}2,ok\n`);
    expect([rows.length, rows.at(-2), rows.at(-1)]).toEqual([101, [100, 'quote'], [101, 'rest']]);
  });

  it('of more than 256 KiB are named, and the next one is read', () => {
    expect(rowsOf(`a,b\n1,${'x'.repeat(300_000)}\n2,ok\n`)).toEqual([[1, 'a', 'b'], [2, 'size'], [3, '2', 'ok']]);
  });

  it('are as many as there are, over the borders of what is read at once', () => {
    const rows = rowsOf(`a,b\n${Array.from({ length: 2_500 }, (_, i) => `${i},"x\n"`).join('\n')}`);
    expect([rows.length, rows[1_000], rows.at(-1)]).toEqual([2_501, [2_000, '999', 'x\n'], [5_000, '2499', 'x\n']]);
  });

  it('come back as they were written', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'ü', '"', ',', ';', '\n', '\r', ' ') });
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 5 }), fc.constantFrom(',', ';'), fc.constantFrom('\n', '\r\n'), (rows, delimiter, end) => {
      const text = [`a${delimiter}b`, ...rows.map((cells) => cells.map(quoted).join(delimiter))].join(end);
      expect([...csvRows(Buffer.from(text))].slice(1).map(({ cells }) => cells)).toEqual(rows.filter((cells) => cells.some((value) => value.trim() !== '')));
    }));
  });

  it('never throw for any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a') }), (bytes, text) => {
      for (const body of [Buffer.from(bytes), Buffer.from(text)]) for (const { number, bytes: slice } of csvRows(body)) expect([number > 0, slice.length > 0]).toEqual([true, true]);
    }));
  });
});
