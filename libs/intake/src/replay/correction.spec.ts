import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { correctedBytes, correctedPaths } from './correction.js';

const original = Buffer.from('{ "a": {"list": [1, {"b": 2}], "x.y": 3}, "n": 1.0 }');
const corrected = (set: Record<string, unknown>) => JSON.parse(correctedBytes(original, { set }).toString()) as unknown;

describe('a correction', () => {
  it('sets values at paths, in lists and where nothing was, and leaves the rest', () => {
    expect(corrected({ 'a.list[1].b': 'c', 'a.list[2]': null, 'new.deep': { z: 1 } })).toEqual({ a: { list: [1, { b: 'c' }, null], 'x.y': 3 }, n: 1, new: { deep: { z: 1 } } });
  });

  it('leaves every digit of numbers that it does not touch', () => {
    const ids = Buffer.from('{"MessageID":19421777835146491,"big":1e999,"price":1.10,"list":[20547674933128001],"email":"x"}');
    expect(correctedBytes(ids, { set: { email: 'y' } }).toString()).toBe('{"MessageID":19421777835146491,"big":1e999,"price":1.10,"list":[20547674933128001],"email":"y"}');
    expect(() => correctedBytes(ids, { set: { 'MessageID.b': 1 } })).toThrow('cannot be in a number');
  });

  it('reaches names with dots by a JSON pointer', () => {
    expect(corrected({ '/a/x.y': 4, '/a~1b': 5 })).toMatchObject({ a: { 'x.y': 4 }, 'a/b': 5 });
  });

  it('of nothing leaves the bytes as they came', () => {
    expect(correctedBytes(original, {}).equals(original)).toBe(true);
    expect(correctedBytes(Buffer.from([0xff]), {}).equals(Buffer.from([0xff]))).toBe(true);
  });

  it('replaces all of it, and may set values in that', () => {
    expect(correctedBytes(original, { body: 'not json' }).toString()).toBe('not json');
    expect(correctedBytes(original, { body: '{"a":1}', set: { b: 2 } }).toString()).toBe('{"a":1,"b":2}');
    expect(correctedPaths({ body: '{}', set: { 'a.b': 'jane@example.com' } })).toEqual(['body', 'a.b']);
  });

  it.each([['a.list[5]', 'no place in a list of 2'], ['a.list.b', 'no place'], ['n.b', 'cannot be in a number'], ['', 'name a path'], ['a..b', 'name a path'], ['/a'.repeat(501), 'at most 500']])('of a path that leads nowhere is refused: %j', (path, message) => {
    expect(() => corrected({ [path]: 1 })).toThrow(message);
  });

  it('of a path in what is no JSON is refused', () => {
    expect(() => correctedBytes(Buffer.from('<xml>'), { set: { a: 1 } })).toThrow('not JSON');
  });

  it('sets what it is told of any object, and nothing else: not a prototype either', () => {
    const name = fc.oneof(fc.string({ minLength: 1 }).filter((text) => !/[~/]/.test(text)), fc.constantFrom('__proto__', 'constructor'));
    fc.assert(fc.property(fc.dictionary(name, fc.jsonValue()), name, fc.jsonValue(), (object, key, value) => {
      const json = JSON.parse(JSON.stringify(object)) as Record<string, unknown>;
      const result = JSON.parse(correctedBytes(Buffer.from(JSON.stringify(json)), { set: { [`/${key}`]: value } }).toString()) as Record<string, unknown>;
      const others = Object.entries(json).filter(([other]) => other !== key);
      expect(new Map(Object.entries(result))).toEqual(new Map([...others, [key, JSON.parse(JSON.stringify(value)) as unknown]]));
    }), { numRuns: 100 });
  });
});
