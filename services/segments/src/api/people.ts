// Who is asked about: by any identifier, which is normalised and hashed as intake does, or by the id of a profile.
import { identifierKey, normaliseIdentifier } from '@tideway/identifiers';
import { IntakeError, badRequest } from '@tideway/intake';
import { z } from 'zod';
import type { MembersReader, Person } from './members-reader.js';

/**
 * The person of `type:value`, or of a profile_id (also one that was merged away). Throws IntakeError 400 for what is
 * neither, 404 for nobody; messages do not repeat raw e-mail addresses and phone numbers. Rejects with RetryableError.
 */
export async function findPerson(reader: MembersReader, asked: string): Promise<Person> {
  if (z.uuid().safeParse(asked).success) {
    const person = await reader.profile(asked);
    if (!person) throw nobody('profile_id', `no activity has the profile ${asked}`);
    return person;
  }
  const colon = Math.max(asked.indexOf(':'), 0);
  const type = asked.slice(0, colon);
  const normalised = normaliseIdentifier(type, asked.slice(colon + 1));
  if (!normalised.ok) throw badRequest(normalised.code, 'identifier', `ask for {type}:{value}, such as user_id:u-1, or for a profile_id; ${normalised.message}`);
  const identifier = identifierKey(type, normalised.value);
  const person = await reader.personOf(identifier);
  if (!person) throw nobody('identifier', `nobody is known as ${identifier}`);
  return person;
}

const nobody = (field: string, message: string) => new IntakeError(404, { code: 'not_found', field, message });
