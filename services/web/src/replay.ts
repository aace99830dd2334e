// How the web service replays what its sources refused: by format, with the context of the first receipt.
import { parseJson, type ReplaySources } from '@tideway/intake';
import { callOf, segmentEvent } from './sources/index.js';

export const replaySources: ReplaySources = {
  segment: (original, { receivedAt, source, index, shared }) => segmentEvent(callOf(parseJson(original), shared), { receivedAt, source, index }),
};
