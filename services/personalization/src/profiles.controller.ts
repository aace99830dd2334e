// GET /v1/profiles/{type}:{value}: one profile for a personalization engine.
import { Controller, Get, Headers, Inject, Param } from '@nestjs/common';
import type { PersonalizationProfiles } from '@tideway/contracts';
import { identifierKey, normaliseIdentifier } from '@tideway/identifiers';
import { badRequest, bearerToken, unauthorised, verifyKey, type HashedKey } from '@tideway/intake';
import { notFound } from './refusals.js';
import { ProfileStore } from './store.js';

export const API_KEYS = Symbol('API_KEYS');

@Controller('v1/profiles')
export class ProfilesController {
  constructor(@Inject(ProfileStore) private readonly store: ProfileStore, @Inject(API_KEYS) private readonly keys: HashedKey[]) {}

  /**
   * The profile of an identifier; raw e-mail addresses and phone numbers are hashed before they are looked up. The
   * route takes the rest of the path, because Fastify refuses named parameters of more than 100 characters.
   */
  @Get('*')
  async profile(@Param('*') identifier: string, @Headers('authorization') authorization?: string): Promise<PersonalizationProfiles> {
    if (!verifyKey(this.keys, bearerToken(authorization) ?? '')) {
      throw unauthorised('Bearer', 'send an API key as "Authorization: Bearer <key>"');
    }
    const colon = identifier.indexOf(':');
    const [type, raw] = [identifier.slice(0, Math.max(colon, 0)), identifier.slice(colon + 1)];
    const normalised = normaliseIdentifier(type, raw);
    if (!normalised.ok) throw badRequest(normalised.code, 'identifier', `ask for {type}:{value}, such as user_id:u-1; ${normalised.message}`);
    const profile = await this.store.find(identifierKey(type, normalised.value));
    if (!profile) throw notFound('identifier', `nobody is known as ${type}:${normalised.value}`);
    return profile;
  }
}
