// What a replay is asked with: an entry of quarantine as the read API and the command line give it, and a correction.
import { z } from 'zod';
import { badRequest } from '../errors.js';
import { parseJson } from '../json.js';

const text = z.string().nullish().transform((value) => value ?? undefined);

const entry = z.object({
  event_id: z.uuid(),
  service: z.string().min(1),
  stage: z.enum(['intake', 'contract', 'decode', 'insert', 'process', 'other']),
  product: text,
  source: text,
  origin: text,
  context: text,
  replay_of: z.uuid().nullish().transform((value) => value ?? undefined),
  original_bytes: z.number().int().min(0).nullish(),
  original: z.base64().transform((base64) => Buffer.from(base64, 'base64')),
});

const request = z.strictObject({
  entry,
  set: z.record(z.string(), z.json()).optional(),
  body: z.string().optional(),
  dry_run: z.boolean().default(false),
});

export type ReplayEntry = z.infer<typeof entry>;
export type ReplayRequest = z.infer<typeof request>;

/** The request that a body of JSON is. Throws IntakeError 400 that names the field. */
export function replayRequest(body: Buffer): ReplayRequest {
  const parsed = request.safeParse(parseJson(body));
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const field = path.join('.');
  throw badRequest('format', field, `${field || 'the body'}: ${message}; post {"entry": <as GET /v1/quarantine/ID answers it>, "set": {"path": value}, "body": "...", "dry_run": false}`);
}
