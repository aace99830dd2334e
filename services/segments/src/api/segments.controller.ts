// GET /v1/segments and below: what segments there are, how many and who is in them, and why somebody is.
import { Controller, Get, Headers, Inject, Param, Query } from '@nestjs/common';
import { parse } from 'yaml';
import type { z } from 'zod';
import { Access } from './access.js';
import { SampleQuery, WhyQuery, parsedQuery, type Sample, type SegmentDetails, type SegmentList, type Size, type Why } from './answers.js';
import type { Segment } from '../evaluate/index.js';
import { reasonsOf } from './explanation.js';
import { MembersReader } from './members-reader.js';
import { findPerson } from './people.js';
import { segmentOf, type SavedDefinitions } from './saved-definitions.js';

export const SAVED = Symbol('SAVED_DEFINITIONS');

@Controller('v1/segments')
export class SegmentsController {
  constructor(
    @Inject(Access) private readonly access: Access,
    @Inject(SAVED) private readonly saved: SavedDefinitions,
    @Inject(MembersReader) private readonly reader: MembersReader,
  ) {}

  @Get()
  async list(@Headers('authorization') authorization?: string): Promise<z.infer<typeof SegmentList>> {
    this.access.admit(authorization, 'reader');
    const sizes = await this.reader.sizes();
    return { segments: this.saved.compiled.definitions.segments.map((segment) => summaryOf(segment, sizes.get(segment.name) ?? 0)) };
  }

  @Get(':name')
  async details(@Param('name') name: string, @Headers('authorization') authorization?: string): Promise<z.infer<typeof SegmentDetails>> {
    this.access.admit(authorization, 'reader');
    const segment = segmentOf(this.saved, name);
    const text = this.saved.texts.segments.find(({ file }) => file === segment.file);
    const traits = [...new Set(segment.condition.traits)];
    return {
      ...summaryOf(segment, await this.reader.size(name)),
      file: text?.file ?? null, yaml: text?.text ?? null, definition: text ? parse(text.text) : null,
      traits: traits.map(({ name: trait, description, owner, operator, window }) => ({ name: trait, description, owner, operator, window })),
    };
  }

  @Get(':name/size')
  async size(@Param('name') name: string, @Headers('authorization') authorization?: string): Promise<z.infer<typeof Size>> {
    this.access.admit(authorization, 'reader');
    return { segment: segmentOf(this.saved, name).name, size: await this.reader.size(name) };
  }

  @Get(':name/sample')
  async sample(@Param('name') name: string, @Query() query: unknown, @Headers('authorization') authorization?: string): Promise<z.infer<typeof Sample>> {
    this.access.admit(authorization, 'reader');
    const { limit } = parsedQuery(SampleQuery, query);
    return { segment: segmentOf(this.saved, name).name, members: await this.reader.sample(name, limit) };
  }

  /** As of now, from the rows that ClickHouse has: about a second behind what the service has published. */
  @Get(':name/why')
  async why(@Param('name') name: string, @Query() query: unknown, @Headers('authorization') authorization?: string): Promise<z.infer<typeof Why>> {
    this.access.admit(authorization, 'reader');
    const { identifier, profile_id } = parsedQuery(WhyQuery, query);
    const { version } = segmentOf(this.saved, name);
    const person = await findPerson(this.reader, (profile_id ?? identifier)!);
    const { evaluator } = this.saved.compiled;
    const [activities, memberships] = await Promise.all([this.reader.historyOf(person, evaluator.relevantColumns), this.reader.membershipsOf(person)]);
    const state = evaluator.empty(person.profileId);
    for (const activity of activities) evaluator.apply(state, activity);
    const as_of = Date.now();
    const { member, findings } = evaluator.explain(name, state, as_of);
    const since = memberships.find(({ segment }) => segment === name)?.since ?? null;
    return { segment: name, version, profile_id: person.profileId, member, since, as_of, findings: reasonsOf(findings) };
  }
}

function summaryOf({ name, version, description, owner, purpose, channel }: Segment, size: number): z.infer<typeof SegmentList>['segments'][number] {
  return { name, version, description, owner, purpose, channel, size };
}
