// GET /v1/profiles/{type}:{value}/segments, or {profile_id}/segments: what a person is in now, and since when.
import { Controller, Get, Headers, Inject, Param } from '@nestjs/common';
import { IntakeError } from '@tideway/intake';
import type { z } from 'zod';
import { Access } from './access.js';
import type { Memberships } from './answers.js';
import { MembersReader } from './members-reader.js';
import { findPerson } from './people.js';

const SUFFIX = '/segments';

@Controller('v1/profiles')
export class ProfilesController {
  constructor(@Inject(Access) private readonly access: Access, @Inject(MembersReader) private readonly reader: MembersReader) {}

  /** The route takes the rest of the path: identifiers have slashes, and Fastify refuses named parameters of more than 100 characters. */
  @Get('*')
  async memberships(@Param('*') rest: string, @Headers('authorization') authorization?: string): Promise<z.infer<typeof Memberships>> {
    this.access.admit(authorization, 'reader');
    if (!rest.endsWith(SUFFIX)) throw new IntakeError(404, { code: 'not_found', field: '', message: 'there is no such path: ask for GET /v1/profiles/{type}:{value}/segments' });
    const person = await findPerson(this.reader, rest.slice(0, -SUFFIX.length));
    return { profile_id: person.profileId, segments: await this.reader.membershipsOf(person) };
  }
}
