// Whether a machine opened or clicked, by the user agent that the platform passes on.
import { isbot } from 'isbot';

/** Fetch a picture when a person opens the message: https://support.google.com/mail/answer/145919 says so of Gmail's. */
const PROXIES_OF_PEOPLE = /GoogleImageProxy|YahooMailProxy/;

/**
 * True for user agents of programs, and for the bare `Mozilla/5.0` of Apple's Mail Privacy Protection, which loads
 * pictures whether or not the person looks at the message
 * (https://support.apple.com/guide/mail/use-mail-privacy-protection-mlhl03be2866/mac; for the user agent,
 * https://www.twilio.com/docs/sendgrid/ui/sending-email/apple-mail-privacy-protection). The picture proxies of Gmail
 * and Yahoo stand for a person who looks: they are none. Without a user agent nothing is known, and it is false.
 */
export function isMachineAgent(userAgent: string | undefined): boolean {
  if (!userAgent || PROXIES_OF_PEOPLE.test(userAgent)) return false;
  return userAgent === 'Mozilla/5.0' || isbot(userAgent.slice(0, 1_000));
}
