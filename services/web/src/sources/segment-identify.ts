// identify, alias and group calls: moments in which a person became known.
// https://segment.com/docs/connections/spec/identify/ https://segment.com/docs/connections/spec/alias/ https://segment.com/docs/connections/spec/group/
import type { Outcome, Records } from '@tideway/contracts';
import { Fields, own, Problems, type JsonObject } from './payload.js';
import { keptTraits } from './traits.js';
import { identifierOf, type Envelope } from './envelope.js';

type Identification = Records['web.identifications'];

export function identify(message: JsonObject, envelope: Envelope): Outcome {
  return identification(message, envelope, { method: 'identify', previous_id: null, group_id: null });
}

export function group(message: JsonObject, envelope: Envelope): Outcome {
  const problems = new Problems();
  const groupId = new Fields(message, '', problems).id('groupId');
  if (groupId === null) {
    return { status: 'rejected', rejection: problems.first ?? { code: 'required', field: 'groupId', message: 'groupId is required in a group call' } };
  }
  return identification(message, envelope, { method: 'group', previous_id: null, group_id: groupId });
}

/**
 * alias merges previousId, an anonymous or a former user id, into userId. Segment does not say which of the two it is:
 * it is linked as anonymous_id, of which a person may have many, because two user ids never merge. `previous_id` says
 * user_id where the call carries another anonymousId beside it. A browser's alias may leave previousId out: then the
 * anonymousId is meant.
 */
export function alias(message: JsonObject, envelope: Envelope): Outcome {
  const userId = own(message, 'userId');
  const field = own(message, 'previousId') === undefined ? 'anonymousId' : 'previousId';
  const previous = own(message, field);
  if (isEmpty(userId)) return { status: 'rejected', rejection: { code: 'required', field: 'userId', message: 'userId is required in an alias call' } };
  if (isEmpty(previous)) return { status: 'rejected', rejection: { code: 'required', field: 'previousId', message: 'previousId is required in an alias call' } };
  const id = identifierOf('anonymous_id', previous, field);
  if ('rejection' in id) return id.status === 'rejected' ? { status: 'rejected', rejection: id.rejection } : { status: 'quarantined', product: 'web.identifications', rejection: id.rejection };
  if ('blocked' in id) return { status: 'quarantined', product: 'web.identifications', rejection: id.blocked };
  const { user_id, anonymous_id } = envelope.identifiers;
  const former = id.type === 'anonymous_id' && anonymous_id !== undefined && anonymous_id !== id.value;
  const previous_id = id.value === user_id ? null : `${former ? 'user_id' : id.type}:${id.value}`;
  // Of two e-mail addresses the map holds the new one; previous_id has the other.
  const linked = previous_id !== null && (id.type === 'anonymous_id' || envelope.identifiers[id.type] === undefined);
  const identifiers = linked ? { ...envelope.identifiers, [id.type]: id.value } : envelope.identifiers;
  return identification(message, { ...envelope, identifiers }, { method: 'alias', previous_id, group_id: null });
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && value.trim() === '');
}

function identification(message: JsonObject, envelope: Envelope, call: Pick<Identification, 'method' | 'previous_id' | 'group_id'>): Outcome {
  const problems = new Problems();
  const traits = keptTraits(new Fields(message, '', problems).child('traits'));
  if (problems.first) return { status: 'quarantined', product: 'web.identifications', rejection: problems.first };
  return { status: 'records', records: [{ product: 'web.identifications', record: { ...envelope, ...call, traits } }] };
}
