import { describe, expect, it } from '@jest/globals';
import type { CustomerConsents } from '@tideway/contracts';
import { ConsentRegister, REPUBLISH_AFTER_MS, type ConsentStatement } from './resolve.js';

const said = (decision: CustomerConsents['decision'], decided_at: number, more: Partial<ConsentStatement> = {}): ConsentStatement => ({
  purpose: 'marketing', channel: 'email', decision, legal_basis: 'consent', decided_at, source: 'segment:shop', origin: `web.consents.v1:0:${decided_at}`, identifier: 'user_id:u', ...more,
});
const recordOf = (profile_id: string, statement: ConsentStatement): CustomerConsents => ({ profile_id, ...statement, overruled: [] });
const decisions = (register: ConsentRegister, profileId: string) => register.decisionsOf(profileId).map(({ purpose, channel, decision }) => `${purpose}/${channel}=${decision}`);

describe('ConsentRegister', () => {
  it('publishes the first decision and every change of it', () => {
    const register = new ConsentRegister();
    expect(register.decide('p', said('granted', 1))).toBe('changed');
    expect(register.planned()).toEqual([{ key: 'p|marketing|email', record: recordOf('p', said('granted', 1)) }]);
    register.commit();
    expect(register.decide('p', said('withdrawn', 2))).toBe('changed');
    expect(register.planned()).toEqual([{ key: 'p|marketing|email', record: recordOf('p', said('withdrawn', 2)) }]);
  });

  it('publishes nothing for a repetition', () => {
    const register = new ConsentRegister();
    register.decide('p', said('granted', 1));
    register.commit();
    expect(register.decide('p', said('granted', 2))).toBe('repeated');
    expect(register.decide('p', said('granted', 1))).toBe('repeated');
    expect(register.planned()).toEqual([]);
  });

  it('lets a late statement not overrule a decision that was repeated after it', () => {
    const register = new ConsentRegister();
    register.decide('p', said('withdrawn', 1));
    register.decide('p', said('withdrawn', 5));
    expect(register.decide('p', said('granted', 3))).toBe('outdated');
    expect(decisions(register, 'p')).toEqual(['marketing/email=withdrawn']);
  });

  it('publishes a repetition once an hour, so that a restart does not forget it', () => {
    const register = new ConsentRegister();
    register.decide('p', said('granted', 0));
    register.commit();
    register.decide('p', said('granted', REPUBLISH_AFTER_MS - 1));
    expect(register.planned()).toEqual([]);
    register.decide('p', said('granted', REPUBLISH_AFTER_MS));
    expect(register.planned().map(({ record }) => record?.decided_at)).toEqual([REPUBLISH_AFTER_MS]);
    register.commit();
    register.decide('p', said('granted', REPUBLISH_AFTER_MS + 1));
    expect(register.planned()).toEqual([]);
  });

  it('lets the later offset win within a millisecond', () => {
    const register = new ConsentRegister();
    register.decide('p', said('granted', 1, { origin: 'web.consents.v1:0:10' }));
    expect(register.decide('p', said('denied', 1, { origin: 'web.consents.v1:0:9' }))).toBe('outdated');
    expect(register.decide('p', said('denied', 1, { origin: 'web.consents.v1:0:11' }))).toBe('changed');
  });

  it('tells purposes and channels apart', () => {
    const register = new ConsentRegister();
    register.decide('p', said('granted', 1));
    register.decide('p', said('denied', 2, { channel: 'any' }));
    register.decide('p', said('denied', 2, { purpose: 'analytics' }));
    expect(decisions(register, 'p')).toEqual(['marketing/email=granted', 'marketing/any=denied', 'analytics/email=denied']);
  });

  it('takes another legal basis for a change', () => {
    const register = new ConsentRegister();
    register.decide('p', said('granted', 1));
    expect(register.decide('p', said('granted', 2, { legal_basis: 'contract' }))).toBe('changed');
  });

  it('moves the decisions of a merged profile and buries their keys', () => {
    const register = new ConsentRegister();
    register.decide('loser', said('granted', 1));
    register.commit();
    expect(register.merge('loser', 'winner')).toEqual([]);
    expect(register.planned()).toEqual([
      { key: 'loser|marketing|email', record: null },
      { key: 'winner|marketing|email', record: recordOf('winner', said('granted', 1)) },
    ]);
    register.commit();
    expect([decisions(register, 'loser'), decisions(register, 'winner')]).toEqual([[], ['marketing/email=granted']]);
  });

  it.each([['the loser', 2, 1, 'granted'], ['the winner', 1, 2, 'denied']] as const)('keeps the later of two decisions, here of %s, and tells that they differed', (_who, losers, winners, kept) => {
    const register = new ConsentRegister();
    register.decide('loser', said('granted', losers));
    register.decide('winner', said('denied', winners));
    register.commit();
    expect(register.merge('loser', 'winner')).toEqual([expect.objectContaining({ decision: kept, decided_at: 2 })]);
    expect(decisions(register, 'winner')).toEqual([`marketing/email=${kept}`]);
  });

  it('counts repetitions in a merge', () => {
    const register = new ConsentRegister();
    register.decide('loser', said('granted', 1));
    register.decide('loser', said('granted', 5));
    register.decide('winner', said('withdrawn', 3));
    register.commit();
    expect(register.merge('loser', 'winner')).toEqual([expect.objectContaining({ decision: 'granted', decided_at: 5 })]);
  });

  it('needs no tombstone for a key that was never published', () => {
    const register = new ConsentRegister();
    register.decide('loser', said('granted', 1));
    register.merge('loser', 'winner');
    expect(register.planned().map(({ key }) => key)).toEqual(['winner|marketing|email']);
  });

  it('restores what it published, tombstones too', () => {
    const register = new ConsentRegister();
    register.restore('p|marketing|email', recordOf('p', said('granted', 5)));
    register.restore('p|marketing|any', recordOf('p', said('denied', 5, { channel: 'any' })));
    register.restore('p|marketing|any', null);
    register.restore('q|marketing|any', null);
    expect(decisions(register, 'p')).toEqual(['marketing/email=granted']);
    expect(register.decide('p', said('denied', 4))).toBe('outdated');
    expect(register.decide('p', said('granted', 6))).toBe('repeated');
  });

  it('leaves no trace of a plan that is discarded', () => {
    const register = new ConsentRegister();
    register.decide('p', said('granted', 1));
    register.decide('q', said('denied', 2));
    register.commit();
    register.decide('p', said('withdrawn', 3));
    register.merge('p', 'q');
    register.discard();
    expect([decisions(register, 'p'), decisions(register, 'q'), register.planned()]).toEqual([['marketing/email=granted'], ['marketing/email=denied'], []]);
  });

  describe('of a profile that is split', () => {
    const told = (register: ConsentRegister, profileId: string) => register.decisionsOf(profileId).map(({ purpose, decision, decided_at, identifier }) => `${purpose} ${decision} ${decided_at} by ${identifier}`);
    const by = (identifier: string, decision: CustomerConsents['decision'], decided_at: number, more: Partial<ConsentStatement> = {}) => said(decision, decided_at, { identifier, ...more });
    const split = { from: 'p', into: 'q', left: ['anonymous_id:a'], stayed: ['user_id:u'] };

    it('leaves to each side what its own identifiers decided, and nothing where they decided nothing', () => {
      const register = new ConsentRegister();
      register.decide('p', by('user_id:u', 'granted', 1));
      register.decide('p', by('anonymous_id:a', 'withdrawn', 2));
      register.decide('p', by('anonymous_id:a', 'granted', 3, { purpose: 'analytics' }));
      register.commit();
      register.split(split);
      expect([told(register, 'p'), told(register, 'q')]).toEqual([['marketing granted 1 by user_id:u'], ['marketing withdrawn 2 by anonymous_id:a', 'analytics granted 3 by anonymous_id:a']]);
      expect(Object.fromEntries(register.planned().map(({ key, record }) => [key, record?.decision ?? null]))).toEqual({
        'p|marketing|email': 'granted', 'p|analytics|email': null, 'q|marketing|email': 'withdrawn', 'q|analytics|email': 'granted',
      });
    });

    it('takes a repetition for nobody’s decision', () => {
      const register = new ConsentRegister();
      register.decide('p', by('user_id:u', 'granted', 1));
      register.decide('p', by('anonymous_id:a', 'granted', REPUBLISH_AFTER_MS + 1));
      register.split(split);
      expect([told(register, 'p'), told(register, 'q')]).toEqual([[`marketing granted ${REPUBLISH_AFTER_MS + 1} by user_id:u`], []]);
    });

    it('knows also what two profiles had decided before they were merged, after a restart too', () => {
      const register = new ConsentRegister();
      register.decide('p', by('user_id:u', 'granted', 1));
      register.decide('loser', by('anonymous_id:a', 'granted', 5));
      register.decide('loser', by('anonymous_id:a', 'denied', 2, { purpose: 'analytics' }));
      register.merge('loser', 'p');
      register.decide('p', by('user_id:u', 'granted', 6, { purpose: 'analytics' }));
      const restarted = new ConsentRegister();
      for (const { key, record } of register.planned()) restarted.restore(key, record);
      for (const each of [register, restarted]) {
        each.split(split);
        expect([told(each, 'p').sort(), told(each, 'q').sort()]).toEqual([
          ['analytics granted 6 by user_id:u', 'marketing granted 1 by user_id:u'],
          ['analytics denied 2 by anonymous_id:a', 'marketing granted 5 by anonymous_id:a'],
        ]);
      }
    });

    it('gives neither side what is not known to be its own, as in records of before identifiers were kept', () => {
      const register = new ConsentRegister();
      register.restore('p|marketing|email', recordOf('p', by('user_id:u', 'granted', 1, { identifier: null })));
      register.split(split);
      expect([register.planned(), told(register, 'p'), told(register, 'q')]).toEqual([[{ key: 'p|marketing|email', record: null }], [], []]);
    });
  });
});
