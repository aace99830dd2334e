// What kind of device a call came from, and whether a person sat at it.
import { isbot } from 'isbot';
import type { Records } from '@tideway/contracts';
import { asObject, at, own, type JsonObject } from './payload.js';

/** Real user agents have some hundred characters: more is noise, and costs time in regular expressions. */
const MAX_USER_AGENT = 1_000;

export type Device = Records['web.page-views']['device'];

// Televisions and tablets first: their user agents also have the words of phones and desktops in them.
const BY_USER_AGENT: [Device, RegExp][] = [
  ['tv', /smart-?tv|googletv|google tv|android tv|apple ?tv|hbbtv|netcast|nettv|web0s|webos\.tv|tizen.*\btv\b|roku|\baft[a-z]{1,4}\b|bravia|viera|crkey|playstation|xbox|nintendo/i],
  ['tablet', /ipad|tablet(?! pc)|playbook|kindle|silk(?!.*mobile)|nexus (?:7|9|10)\b|\bsm-t\d|android(?!.*mobi)/i],
  ['mobile', /mobi|iphone|ipod|android|windows phone|blackberry|\bbb10\b|opera mini|symbian|kaios/i],
  ['desktop', /windows nt|macintosh|mac os x|x11|\bcros\b|linux/i],
];
const BY_SYSTEM: [Device, RegExp][] = [
  ['tv', /tvos|android ?tv|webos|tizen|roku/i],
  ['tablet', /ipad|tablet/i],
  ['mobile', /ios|iphone|android|watchos/i],
  ['desktop', /windows|mac|linux|chrome ?os/i],
];

/** The device of a call: by its user agent, else by what mobile libraries say of system and device; `other` where nothing says. */
export function deviceOf(message: JsonObject): Device {
  const context = asObject(own(message, 'context'));
  const userAgent = userAgentOf(message);
  if (userAgent !== '') return deviceOfAgent(userAgent);
  if (at(context, 'userAgentData', 'mobile') === true) return 'mobile';
  return deviceOfSystem([at(context, 'device', 'model'), at(context, 'device', 'type'), at(context, 'os', 'name')]);
}

/** The device that a user agent names; `other` where it names none. */
export function deviceOfAgent(userAgent: string): Device {
  return matching(BY_USER_AGENT, userAgent.slice(0, MAX_USER_AGENT)) ?? 'other';
}

/** The device that names of models and operating systems tell of; `other` where they tell nothing. */
export function deviceOfSystem(names: unknown[]): Device {
  return matching(BY_SYSTEM, names.filter((name) => typeof name === 'string').join(' ').slice(0, MAX_USER_AGENT)) ?? 'other';
}

/** True where the user agent is that of a crawler, a monitor or a script (list of the isbot package). */
export function isBot(message: JsonObject): boolean {
  return isBotAgent(userAgentOf(message));
}

/** True for the user agent of a crawler, a monitor or a script. */
export function isBotAgent(userAgent: string): boolean {
  return isbot(userAgent.slice(0, MAX_USER_AGENT));
}

function userAgentOf(message: JsonObject): string {
  const text = at(message, 'context', 'userAgent');
  return typeof text === 'string' ? text : '';
}

function matching(rules: [Device, RegExp][], text: string): Device | undefined {
  return rules.find(([, pattern]) => pattern.test(text))?.[0];
}
