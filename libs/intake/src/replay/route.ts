// POST /v1/quarantine/replay of a domain service: one entry, for who has a key.
import { Controller, HttpCode, Inject, Post, Req, type Provider, type Type } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { unauthorised } from '../errors.js';
import { bearerToken, hashedKeys, verifyKey, type HashedKey } from '../keys.js';
import { rawBody } from '../raw-body.js';
import { Replayer, type ReplayAnswer, type ReplayerOptions } from './replayer.js';
import { replayRequest } from './request.js';

/** The environment of a service that reads or replays quarantine. Without keys, nobody may. */
export const quarantineShape = {
  QUARANTINE_KEYS: hashedKeys.optional().describe('name:sha256[,name2:...] of who may read and replay what is in quarantine'),
};

const KEYS = Symbol('QUARANTINE_KEYS');

/** The name of the quarantine key of a request; throws IntakeError 401. */
export function quarantineKey(keys: HashedKey[], authorization: string | undefined): string {
  const name = verifyKey(keys, bearerToken(authorization) ?? '');
  if (name === undefined) throw unauthorised('Bearer realm="quarantine"', 'send a key of QUARANTINE_KEYS as "Authorization: Bearer <key>"');
  return name;
}

@Controller('v1/quarantine')
class ReplayController {
  constructor(@Inject(Replayer) private readonly replayer: Replayer, @Inject(KEYS) private readonly keys: HashedKey[]) {}

  @Post('replay')
  @HttpCode(200)
  async replay(@Req() request: FastifyRequest): Promise<ReplayAnswer> {
    const by = quarantineKey(this.keys, request.headers.authorization);
    return this.replayer.replay(replayRequest(rawBody(request)), by);
  }
}

/** What a domain service adds to its module for replays: controllers and providers. */
export function replayRoute(options: ReplayerOptions & { keys: HashedKey[] | undefined }): { controllers: Type[]; providers: Provider[] } {
  return {
    controllers: [ReplayController],
    providers: [{ provide: Replayer, useValue: new Replayer(options) }, { provide: KEYS, useValue: options.keys ?? [] }],
  };
}
