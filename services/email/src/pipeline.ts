// The whole flow of the email service: webhooks of the platforms that send e-mails become records of the email products.
import type { FastifyRequest } from 'fastify';
import type { Outcome } from '@tideway/contracts';
import { IntakeError, badRequest, basicCredentials, elementSlices, parseJson, rawBody, unauthorised, verifyKey, type Answer, type HashedKey, type Intake } from '@tideway/intake';
import type { Config } from './config.js';
import { MAILGUN_MAX_AGE_MS, mailgunEvent, postmarkEvent, readSns, sendgridEvent, sesEvent, snsRefusal, verifyMailgun, verifySendgrid } from './sources/index.js';
import { SnsClient } from './sns-client.js';
import { UsedTokens } from './used-tokens.js';

/** What every source gets: the time of receipt (ms), and `platform:account`. */
interface Context {
  receivedAt: number;
  source: string;
}

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
    return this.#one(request, `ses:${message.account}`, (_envelope, ctx) => sesEvent(message.signed['Message']!, ctx));
  }

  /** The body is a list of events. */
  #list(request: FastifyRequest, source: string, toOutcome: (value: unknown, ctx: Context) => Outcome): Promise<Answer> {
    const body = rawBody(request);
    const values = parseJson(body);
    if (!Array.isArray(values)) throw badRequest('not_a_list', '', 'a list of events is expected: a JSON array');
    const originals = elementSlices(body)!;
    const ctx = { receivedAt: Date.now(), source };
    const events = values.map((value: unknown, index) => ({ value, original: originals[index]! }));
    return this.intake.answer({ request, key: source, source, events, outcomeOf: (value) => toOutcome(value, ctx) });
  }

  /** The body is one event. */
  #one(request: FastifyRequest, source: string, toOutcome: (value: unknown, ctx: Context) => Outcome): Promise<Answer> {
    const original = rawBody(request);
    const ctx = { receivedAt: Date.now(), source };
    return this.intake.answerOne({ request, key: source, source, events: [{ value: parseJson(original), original }], outcomeOf: (value) => toOutcome(value, ctx) });
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
