import { describe, expect, it } from '@jest/globals';
import { inOrder, loadViews } from './views.js';

const view = (name: string, query: string) => ({ name, query });
const names = (views: { name: string }[]) => views.map(({ name }) => name);

describe('views', () => {
  it('come after those that they read, which a comment does not', () => {
    const daily = view('segments.daily', '-- as segments.weekly\nSELECT segment FROM segments.intervals');
    const weekly = view('segments.weekly', 'SELECT segment FROM segments.daily');
    const intervals = view('segments.intervals', 'SELECT segment FROM segments.memberships');
    // Another's name that begins alike is not read by it.
    const int = view('segments.int', 'SELECT segment FROM segments.memberships');
    expect(names(inOrder([weekly, daily, int, intervals]))).toEqual(['segments.int', 'segments.intervals', 'segments.daily', 'segments.weekly']);
  });

  it('that read each other in a circle are refused by name', () => {
    expect(() => inOrder([view('web.a', 'SELECT * FROM web.b'), view('web.b', 'SELECT * FROM web.a'), view('web.c', 'SELECT 1')])).toThrow(/schemas\/views: web\.a, web\.b read each other in a circle/);
  });

  it('of schemas/views can be made one after the other', () => {
    const loaded = names(loadViews());
    expect(loaded.indexOf('segments.daily')).toBeGreaterThan(loaded.indexOf('segments.intervals'));
    expect(names(loadViews(['web.landings', 'crm.deals']))).toEqual(['crm.deals', 'web.landings']);
  });
});
