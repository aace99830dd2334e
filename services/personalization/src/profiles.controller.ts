// GET /v1/profiles/{type}:{value}: one profile for a personalization engine.
import { BadRequestException, Controller, Get, Headers, Inject, NotFoundException, Param, UnauthorizedException } from '@nestjs/common';
import type { PersonalizationProfiles } from '@tideway/contracts';
import { identifierKey, normaliseIdentifier } from '@tideway/identifiers';
import { bearerToken, verifyKey, type HashedKey } from '@tideway/intake';
import { ProfileStore } from './store.js';

export const API_KEYS = Symbol('API_KEYS');

@Controller('v1/profiles')
export class ProfilesController {
  constructor(@Inject(ProfileStore) private readonly store: ProfileStore, @Inject(API_KEYS) private readonly keys: HashedKey[]) {}

  /** The profile of an identifier; raw e-mail addresses and phone numbers are hashed before they are looked up. */
  @Get(':identifier')
  async profile(@Param('identifier') identifier: string, @Headers('authorization') authorization?: string): Promise<PersonalizationProfiles> {
    if (!verifyKey(this.keys, bearerToken(authorization) ?? '')) {
      throw new UnauthorizedException({ code: 'unauthorized', message: 'send an API key as "Authorization: Bearer <key>"' });
    }
    const colon = identifier.indexOf(':');
    const [type, raw] = [identifier.slice(0, Math.max(colon, 0)), identifier.slice(colon + 1)];
    const normalised = normaliseIdentifier(type, raw);
    if (!normalised.ok) throw new BadRequestException({ code: normalised.code, field: 'identifier', message: `ask for {type}:{value}, such as user_id:u-1; ${normalised.message}` });
    const profile = await this.store.find(identifierKey(type, normalised.value));
    if (!profile) throw new NotFoundException({ code: 'not_found', field: 'identifier', message: `nobody is known as ${type}:${normalised.value}` });
    return profile;
  }
}
