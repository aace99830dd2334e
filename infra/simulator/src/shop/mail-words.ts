// What becomes of mails, as SendGrid's Event Webhook reports it:
// https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
import { createHash } from 'node:crypto';
import { SHOP_URL } from '../catalogue.js';
import type { Happening } from './happening.js';

type MailHappening = Extract<Happening, { platform: 'mail' }>;

const EVENTS: Record<MailHappening['action'], string> = {
  processed: 'processed', delivered: 'delivered', hard_bounce: 'bounce', soft_bounce: 'bounce', open: 'open', machine_open: 'open',
  click: 'click', unsubscribe: 'unsubscribe', complaint: 'spamreport',
};
const READER = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)';

/** One event of the webhook's list. */
export function sendgridEvent({ at, mail, action }: MailHappening): Record<string, unknown> {
  return {
    email: mail.person.email,
    timestamp: Math.floor(at / 1000),
    'smtp-id': `<${mail.id}@shop.example>`,
    event: EVENTS[action],
    category: [mail.campaign],
    // Ids of theirs are 22 characters of base64.
    sg_event_id: createHash('sha256').update(`${mail.id} ${action}`).digest('base64url').slice(0, 22),
    sg_message_id: `${mail.id}.filterdrecv-0`,
    ...detailsOf(action),
  };
}

function detailsOf(action: MailHappening['action']): Record<string, unknown> {
  switch (action) {
    case 'delivered':
      return { response: '250 OK' };
    case 'hard_bounce':
      return { type: 'bounce', bounce_classification: 'Invalid Address', reason: '550 5.1.1 The email account that you tried to reach does not exist.', status: '5.1.1' };
    case 'soft_bounce':
      return { type: 'blocked', bounce_classification: 'Reputation', reason: '421 4.7.0 Try again later, closing connection.', status: '4.7.0' };
    case 'open':
      return { useragent: READER, ip: '198.51.100.7', sg_machine_open: false };
    case 'machine_open':
      return { useragent: 'Mozilla/5.0', ip: '198.51.100.8', sg_machine_open: true };
    case 'click':
      return { useragent: READER, ip: '198.51.100.7', url: `${SHOP_URL}/cart`, url_offset: { index: 0, type: 'html' } };
    default:
      return {};
  }
}
