import { describe, expect, it } from '@jest/globals';
import { Overlay } from './overlay.js';

const restored = () => {
  const overlay = new Overlay<number>();
  overlay.restore('a', 1);
  return overlay;
};

describe('Overlay', () => {
  it('shows the plan at once and keeps it after commit', () => {
    const overlay = restored();
    overlay.set('b', 2);
    overlay.delete('a');
    expect([overlay.get('a'), overlay.get('b'), overlay.committed('a'), overlay.size]).toEqual([undefined, 2, 1, 1]);
    overlay.commit();
    expect([...overlay.entries()]).toEqual([['b', 2]]);
    expect([...overlay.planned()]).toEqual([]);
  });

  it('forgets the plan on discard', () => {
    const overlay = restored();
    overlay.set('a', 9);
    overlay.delete('a');
    overlay.set('b', 2);
    overlay.discard();
    expect([overlay.get('a'), overlay.get('b'), [...overlay.planned()]]).toEqual([1, undefined, []]);
  });

  it('tells a key that the plan deletes from one that it leaves alone', () => {
    const overlay = restored();
    overlay.delete('a');
    expect([...overlay.planned()]).toEqual([['a', undefined]]);
    expect(overlay.get('a')).toBeUndefined();
  });
});
