// The whole flow of the email service: webhooks of the platforms that send e-mails become records of the email products.
import type { FastifyRequest } from 'fastify';
import type { Outcome } from '@tideway/contracts';
import { IntakeError, badRequest, basicCredentials, bearerToken, elementSlices, parseJson, rawBody, unauthorised, verifyKey, type Answer, type HashedKey, type Intake } from '@tideway/intake';
import type { Config } from './config.js';
import {
  MAILGUN_MAX_AGE_MS, brevoEvent, mailgunEvent, mailjetEvent, postmarkEvent, readSns, resendEvent, sendgridEvent, sesEvent, snsRefusal, sparkpostEvent, verifyMailgun,
  verifySendgrid, verifySvix,
} from './sources/index.js';
import { SnsClient } from './sns-client.js';
import { UsedTokens } from './used-tokens.js';

/** What every source gets: the time of receipt (ms), and `platform:account`. */
interface Context {
  receivedAt: number;
  source: string;
}

/** A source, with the bytes of the event and its place in the request. */
type ToOutcome = (value: unknown, ctx: Context, event: { original: Buffer; index: number }) => Outcome;

/** What a request says beside its events, for replays. */
type Shared = Record<string, string>;

export class Pipeline {
  readonly #mailgunTokens = new UsedTokens(MAILGUN_MAX_AGE_MS);

  readonly #sns: SnsClient;

  constructor(private readonly config: Config, private readonly intake: Intake) {
    this.#sns = new SnsClient(config.SES_SNS_URL);
  }

  /** Basic authentication -> one event -> records -> acknowledged by Kafka -> answer; 400 where it is none of Postmark's */
  postmark(request: FastifyRequest): Promise<Answer> {
    const account = basicKey(request, this.config.POSTMARK_WEBHOOK_KEYS, 'POSTMARK_WEBHOOK_KEYS');
    return this.#one(request, `postmark:${account}`, postmarkEvent);
  }

  /** signature -> list of events -> records -> acknowledged by Kafka -> answer */
  sendgrid(request: FastifyRequest): Promise<Answer> {
    const header = (name: string) => String(request.headers[`x-twilio-email-event-webhook-${name}`] ?? '');
    const checked = verifySendgrid({
      keys: configured(this.config.SENDGRID_VERIFICATION_KEYS, 'SENDGRID_VERIFICATION_KEYS'), body: rawBody(request),
      timestamp: header('timestamp'), signature: header('signature'), now: Date.now(),
    });
    if (!checked.ok) throw unsigned('x-twilio-email-event-webhook-signature', checked);
    return this.#list(request, `sendgrid:${checked.account}`, sendgridEvent);
  }

  /**
   * signature -> its token was not used -> one event -> records -> acknowledged by Kafka -> answer. A replay is refused
   * with 406, after which Mailgun does not try again; what was not stored gives its token back.
   */
  async mailgun(request: FastifyRequest): Promise<Answer> {
    const checked = verifyMailgun(parseJson(rawBody(request)), configured(this.config.MAILGUN_SIGNING_KEYS, 'MAILGUN_SIGNING_KEYS'), Date.now());
    if (!checked.ok) throw unsigned('signature', checked);
    if (!this.#mailgunTokens.take(checked.token, Date.now())) {
      throw new IntakeError(406, { code: 'replay', field: 'signature.token', message: 'a webhook with this token was taken before' });
    }
    try {
      return await this.#one(request, `mailgun:${checked.account}`, mailgunEvent);
    } catch (error) {
      this.#mailgunTokens.giveBack(checked.token);
      throw error;
    }
  }

  /**
   * known topic -> certificate of SNS -> signature -> one event -> records -> acknowledged by Kafka -> answer. A
   * subscription is confirmed by what SNS signed; the end of one is only taken note of.
   */
  async ses(request: FastifyRequest): Promise<Answer> {
    const topics = configured(this.config.SES_TOPIC_ARNS, 'SES_TOPIC_ARNS');
    const read = readSns(parseJson(rawBody(request)), topics);
    if (!read.ok) throw new IntakeError(read.refusal.code === 'unknown_topic' ? 403 : 400, read.refusal);
    const { message } = read;
    const refusal = snsRefusal(message, await this.#sns.certificate(message.host, message.certificatePath), Date.now());
    if (refusal) throw new IntakeError(401, refusal);
    if (message.type === 'SubscriptionConfirmation') await this.#sns.confirm(message.host, message.subscribePath!);
    if (message.type !== 'Notification') return { accepted: 1, quarantined: 0, rejected: [] };
    const event = message.signed['Message']!;
    return this.#answerOne(request, `ses:${message.account}`, event, Buffer.from(event), (_text, ctx) => sesEvent(event, ctx));
  }

  /** Basic authentication or Bearer token -> one event, or a batch of them -> records -> acknowledged by Kafka -> answer */
  brevo(request: FastifyRequest): Promise<Answer> {
    const account = basicOrBearerKey(request, this.config.BREVO_WEBHOOK_KEYS, 'BREVO_WEBHOOK_KEYS');
    return this.#oneOrList(request, `brevo:${account}`, brevoEvent);
  }

  /** Basic authentication -> one event, or a group of them -> records -> acknowledged by Kafka -> answer */
  mailjet(request: FastifyRequest): Promise<Answer> {
    const account = basicKey(request, this.config.MAILJET_WEBHOOK_KEYS, 'MAILJET_WEBHOOK_KEYS');
    return this.#oneOrList(request, `mailjet:${account}`, (_value, ctx, { original }) => mailjetEvent(original, ctx));
  }

  /** signature -> one event -> records -> acknowledged by Kafka -> answer; 400 where it is none of Resend's */
  resend(request: FastifyRequest): Promise<Answer> {
    const header = (name: string) => String(request.headers[`svix-${name}`] ?? '');
    const checked = verifySvix({
      secrets: configured(this.config.RESEND_WEBHOOK_SECRETS, 'RESEND_WEBHOOK_SECRETS'), body: rawBody(request),
      id: header('id'), timestamp: header('timestamp'), signature: header('signature'), now: Date.now(),
    });
    if (!checked.ok) throw unsigned(checked.field, checked);
    const shared = { messageId: header('id') };
    return this.#one(request, `resend:${checked.account}`, (value, ctx) => resendEvent(value, { ...ctx, ...shared }), shared);
  }

  /** Basic authentication or Bearer token -> a batch of events -> records -> acknowledged by Kafka -> answer */
  sparkpost(request: FastifyRequest): Promise<Answer> {
    const account = basicOrBearerKey(request, this.config.SPARKPOST_WEBHOOK_KEYS, 'SPARKPOST_WEBHOOK_KEYS');
    const shared = { batchId: String(request.headers['x-messagesystems-batch-id'] ?? '') };
    return this.#list(request, `sparkpost:${account}`, (value, ctx, { index }) => sparkpostEvent(value, { ...ctx, ...shared, index }), shared);
  }

  /** The body is a list of events, or one event. */
  #oneOrList(request: FastifyRequest, source: string, toOutcome: ToOutcome): Promise<Answer> {
    return Array.isArray(parseJson(rawBody(request))) ? this.#list(request, source, toOutcome) : this.#one(request, source, toOutcome);
  }

  /** The body is a list of events. */
  #list(request: FastifyRequest, source: string, toOutcome: ToOutcome, shared: Shared = {}): Promise<Answer> {
    const body = rawBody(request);
    const values = parseJson(body);
    if (!Array.isArray(values)) throw badRequest('not_a_list', '', 'a list of events is expected: a JSON array');
    const originals = elementSlices(body)!;
    const ctx = { receivedAt: Date.now(), source };
    const events = values.map((value: unknown, index) => ({ value, original: originals[index]!, shared }));
    return this.intake.answer({ request, key: source, ...ctx, events, outcomeOf: (value, index) => toOutcome(value, ctx, { original: originals[index]!, index }) });
  }

  /** The body is one event. */
  #one(request: FastifyRequest, source: string, toOutcome: ToOutcome, shared: Shared = {}): Promise<Answer> {
    const original = rawBody(request);
    return this.#answerOne(request, source, parseJson(original), original, toOutcome, shared);
  }

  #answerOne(request: FastifyRequest, source: string, value: unknown, original: Buffer, toOutcome: ToOutcome, shared: Shared = {}): Promise<Answer> {
    const ctx = { receivedAt: Date.now(), source };
    return this.intake.answerOne({ request, key: source, ...ctx, events: [{ value, original, shared }], outcomeOf: () => toOutcome(value, ctx, { original, index: 0 }) });
  }
}

/** Throws IntakeError 404 where the platform's variable is not set: the platform is off. */
function configured<T>(value: T | undefined, variable: string): T {
  if (value !== undefined) return value;
  throw new IntakeError(404, { code: 'not_configured', field: '', message: `this platform is not set up here: set ${variable}` });
}

/** 401 of a signature that is missing, old or wrong; `field` is the header or field that has it. */
function unsigned(field: string, { code, message }: { code: string; message: string }): IntakeError {
  return new IntakeError(401, { code, field, message });
}

/** The name of the key that is the password of Basic authentication, whatever the user name; throws IntakeError 401. */
function basicKey(request: FastifyRequest, keys: HashedKey[] | undefined, variable: string): string {
  const name = verifyKey(configured(keys, variable), basicCredentials(request.headers.authorization)?.password ?? '');
  if (name === undefined) throw unauthorised('Basic realm="webhook"', `send a key of ${variable} as the password of Basic authentication: https://name:key@host/...`);
  return name;
}

/** As basicKey; the key may also be a Bearer token. */
function basicOrBearerKey(request: FastifyRequest, keys: HashedKey[] | undefined, variable: string): string {
  const token = bearerToken(request.headers.authorization);
  if (token === undefined) return basicKey(request, keys, variable);
  const name = verifyKey(configured(keys, variable), token);
  if (name === undefined) throw unauthorised('Bearer realm="webhook"', `send a key of ${variable} as the Bearer token`);
  return name;
}
