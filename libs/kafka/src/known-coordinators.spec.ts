import { describe, expect, it } from '@jest/globals';
import { KnownCoordinators } from './known-coordinators.js';

const [GROUP, TRANSACTION] = [0, 1];

function asked() {
  const known = new KnownCoordinators<object, string>();
  const questions: string[] = [];
  const of = (client: object, groupId: string, coordinatorType: number, answer = `broker ${questions.length}`) =>
    known.of(client, { groupId, coordinatorType }, async () => {
      questions.push(groupId);
      return answer;
    });
  return { known, questions, of };
}

describe('KnownCoordinators', () => {
  it('asks once for a transactional id, and once for the group whose offsets it commits', async () => {
    const { questions, of } = asked();
    const producer = {};
    expect(await of(producer, 'id', TRANSACTION)).toBe('broker 0');
    expect(await of(producer, 'group', GROUP)).toBe('broker 1');
    expect(await of(producer, 'id', TRANSACTION)).toBe('broker 0');
    expect(await of(producer, 'group', GROUP)).toBe('broker 1');
    expect(questions).toEqual(['id', 'group']);
  });

  it('asks each time for a client without transactions, and never answers for another client', async () => {
    const { questions, of } = asked();
    const consumer = {};
    await of({}, 'group', TRANSACTION);
    await of(consumer, 'group', GROUP);
    await of(consumer, 'group', GROUP);
    expect(questions).toEqual(['group', 'group', 'group']);
  });

  it('asks again for everything after a failure', async () => {
    const { known, questions, of } = asked();
    const producer = {};
    await of(producer, 'id', TRANSACTION);
    await of(producer, 'group', GROUP);
    known.forget(producer);
    expect(await of(producer, 'id', TRANSACTION)).toBe('broker 2');
    expect(await of(producer, 'group', GROUP)).toBe('broker 3');
    expect(questions).toHaveLength(4);
  });

  it('does not keep an answer that was under way while its client failed', async () => {
    const { known, questions, of } = asked();
    const producer = {};
    const late = Promise.withResolvers<string>();
    const first = known.of(producer, { groupId: 'id', coordinatorType: TRANSACTION }, () => late.promise);
    known.forget(producer);
    late.resolve('gone');
    expect(await first).toBe('gone');
    expect(await of(producer, 'id', TRANSACTION)).toBe('broker 0');
    expect(questions).toEqual(['id']);
  });

  it('keeps nothing of a question that failed', async () => {
    const { known, of } = asked();
    const producer = {};
    await expect(known.of(producer, { groupId: 'id', coordinatorType: TRANSACTION }, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await of(producer, 'id', TRANSACTION)).toBe('broker 0');
  });
});
