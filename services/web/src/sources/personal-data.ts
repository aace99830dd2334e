// What keeps personal data out of this domain's records: the rules that all domains have.
export { addressesReplaced, isAddress, isPersonalKey, isPersonalText, scrubbed, scrubbedUnder, scrubbedUrl } from '@tideway/identifiers';
