// The source formats of the email domain: a new format is a file beside this one, and a line here.
export { mailgunEvent } from './mailgun.js';
export { MAX_AGE_MS as MAILGUN_MAX_AGE_MS, verifyMailgun } from './mailgun-signature.js';
export { postmarkEvent } from './postmark.js';
export { sendgridEvent } from './sendgrid.js';
export { sendgridKey, verifySendgrid } from './sendgrid-signature.js';
export { sesEvent } from './ses.js';
export { isTopicArn, readSns, snsRefusal, type SnsMessage } from './sns-message.js';
