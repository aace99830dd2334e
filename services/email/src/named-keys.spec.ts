import { describe, expect, it } from '@jest/globals';
import { namedKeys } from './named-keys.js';

const shape = namedKeys('base64 text');

describe('keys in the environment', () => {
  it('are read with their names, in their order, several of one name too', () => {
    expect(shape.parse('shop:a+b/c==, shop:new,outlet:x:y')).toEqual([{ name: 'shop', key: 'a+b/c==' }, { name: 'shop', key: 'new' }, { name: 'outlet', key: 'x:y' }]);
  });

  it.each([[''], [' , '], ['key-without-a-name'], [':key'], ['shop:'], ['shop:a b'], ['shop:a,other']])('are refused as %j, with what is expected', (text) => {
    expect(shape.safeParse(text).error?.issues[0]?.message).toBe('must be name:key[,name2:key2], where a key is base64 text');
  });
});
