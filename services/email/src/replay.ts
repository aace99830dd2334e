// How the email service replays what its sources refused: by platform, with the context of the first receipt.
import { parseJson, type ReplayContext, type ReplaySources } from '@tideway/intake';
import { brevoEvent, mailgunEvent, mailjetEvent, postmarkEvent, resendEvent, sendgridEvent, sesEvent, sparkpostEvent } from './sources/index.js';

const own = ({ receivedAt, source }: ReplayContext) => ({ receivedAt, source });
const text = (value: unknown) => (typeof value === 'string' ? value : '');

export const replaySources: ReplaySources = {
  postmark: (original, context) => postmarkEvent(parseJson(original), own(context)),
  sendgrid: (original, context) => sendgridEvent(parseJson(original), own(context)),
  mailgun: (original, context) => mailgunEvent(parseJson(original), own(context)),
  // Kept without the message of SNS around it, whose signature no correction would fit.
  ses: (original, context) => sesEvent(original.toString('utf8'), own(context)),
  brevo: (original, context) => brevoEvent(parseJson(original), own(context)),
  mailjet: (original, context) => {
    parseJson(original);
    return mailjetEvent(original, own(context));
  },
  resend: (original, context) => resendEvent(parseJson(original), { ...own(context), messageId: text(context.shared['messageId']) }),
  sparkpost: (original, context) => sparkpostEvent(parseJson(original), { ...own(context), batchId: text(context.shared['batchId']), index: context.index }),
};
