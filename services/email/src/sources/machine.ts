// Whether a machine opened or clicked, by the user agent that the platform passes on.
import { isbot } from 'isbot';

/**
 * Picture proxies that fetch a picture when the person first opens the message
 * (https://wordtothewise.com/2013/12/gmail-deploys-image-proxy-servers/).
 */
const PROXIES_OF_PEOPLE = /GoogleImageProxy|YahooMailProxy/;

/**
 * True for user agents of programs, and for the bare `Mozilla/5.0` of Apple's Mail Privacy Protection, which loads
 * pictures whether or not the person looks at the message
 * (https://documentation.mailgun.com/docs/mailgun/user-manual/tracking-messages/open-click-bot-detect). The picture
 * proxies of Gmail and Yahoo are none by themselves: a person's first open comes through them. Without a user agent
 * nothing is known, and it is false.
 */
export function isMachineAgent(userAgent: string | undefined): boolean {
  if (!userAgent || PROXIES_OF_PEOPLE.test(userAgent)) return false;
  return userAgent === 'Mozilla/5.0' || isbot(userAgent.slice(0, 1_000));
}
