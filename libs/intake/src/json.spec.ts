import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { IntakeError } from './errors.js';
import { elementSlices, parseJson } from './json.js';

const texts = (body: string, key?: string) => elementSlices(Buffer.from(body), key)?.map((slice) => slice.toString());

function codeOf(body: Buffer): unknown {
  try {
    return parseJson(body);
  } catch (error) {
    expect(error).toBeInstanceOf(IntakeError);
    expect((error as IntakeError).status).toBe(400);
    return (error as IntakeError).rejection.code;
  }
}

describe('parseJson', () => {
  it('gives the value, with a byte order mark or without', () => {
    expect(parseJson(Buffer.from('\ufeff {"a":[1,"ä"]} '))).toEqual({ a: [1, 'ä'] });
  });

  it('says what is wrong with what is none', () => {
    expect([Buffer.alloc(0), Buffer.from([0x22, 0xff, 0x22]), Buffer.from('{"a":'), Buffer.from('{a:1}'), Buffer.from('\ufeff')].map(codeOf)).toEqual(['empty', 'invalid_utf8', 'invalid_json', 'invalid_json', 'invalid_json']);
  });

  it('does not repeat the text, which may be personal', () => {
    expect(() => parseJson(Buffer.from('{"email": jane@example.com}'))).toThrow(/^the body is not JSON/);
    expect(() => parseJson(Buffer.from('{"email": jane@example.com}'))).not.toThrow(/jane/);
  });

  it('refuses nesting that whoever walks the value has no stack for, and takes brackets in texts for texts', () => {
    const nested = (levels: number, open: string, close: string) => Buffer.from(open.repeat(levels) + close.repeat(levels));
    expect([nested(250_000, '[', ']'), nested(501, '[', ']'), Buffer.from(`${'{"a":'.repeat(501)}1${'}'.repeat(501)}`), nested(250_000, '[', '')].map(codeOf)).toEqual(['too_deep', 'too_deep', 'too_deep', 'too_deep']);
    expect(Array.isArray(parseJson(nested(500, '[', ']')))).toBe(true);
    expect(parseJson(Buffer.from(JSON.stringify({ a: `\\"${'[{'.repeat(1_000)}`, b: Array(2_000).fill([[]]) })))).toMatchObject({ a: `\\"${'[{'.repeat(1_000)}` });
  });

  it('can be read by another reader, whose faults are those of the body', () => {
    expect(parseJson(Buffer.from('{}'), (text) => text)).toBe('{}');
    expect(() => parseJson(Buffer.from('{}'), () => { throw new SyntaxError('no'); })).toThrow('the body is not JSON');
  });
});

describe('elementSlices', () => {
  it('gives the bytes of each element as they were sent', () => {
    expect(texts(' [ 1.0 , "a,]\\"" ,{"x" : [ ]},[1,2] ,null\n]')).toEqual(['1.0', '"a,]\\""', '{"x" : [ ]}', '[1,2]', 'null']);
    expect(texts('{"sentAt":"x","n":1e3,"batch" : [{"a":1}, 2], "writeKey":"k"}', 'batch')).toEqual(['{"a":1}', '2']);
    expect(texts('\ufeff{"batch":[]}', 'batch')).toEqual([]);
  });

  it('takes the last of equal keys, and escaped ones, as JSON.parse does', () => {
    expect(texts('{"batch":[1],"b\\u0061tch":[2,3],"inner":{"batch":[4]}}', 'batch')).toEqual(['2', '3']);
  });

  it.each([['{"batch":{}}', 'batch'], ['{"inner":{"batch":[1]}}', 'batch'], ['[]', 'batch'], ['{}', undefined], ['"x"', undefined], ['{"batch":5}', 'batch']])('finds no list in %s', (body, key) => {
    expect(texts(body, key)).toBeUndefined();
  });

  it('agrees with JSON.parse on any list, however it is spaced', () => {
    const value = fc.jsonValue({ noUnicodeString: false });
    fc.assert(fc.property(fc.array(value), value, fc.constantFrom('', ' ', '\n\t'), (elements, other, indent) => {
      for (const [body, key] of [[elements, undefined], [{ before: other, batch: elements, after: other }, 'batch']] as const) {
        const slices = elementSlices(Buffer.from(JSON.stringify(body, null, indent)), key)!;
        expect(slices.map((slice) => JSON.parse(slice.toString()) as unknown)).toEqual(JSON.parse(JSON.stringify(elements)));
      }
    }));
  });
});
