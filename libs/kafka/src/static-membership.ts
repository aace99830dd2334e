// Static members of consumer groups (KIP-345), which kafkajs' protocol knows and its consumers do not: an instance that was
// killed and is started again takes the place of the member that it was, instead of waiting until that one's session is over.
import joinGroup from 'kafkajs/src/protocol/requests/joinGroup/index.js';

/** First version of JoinGroup with an instance's id (https://kafka.apache.org/protocol#The_Messages_JoinGroup). */
const FIRST_VERSION = 5;
/** `group.instance.id` by group. */
const instances = new Map<string, string>();
let installed = false;

/**
 * From now on this process joins `groupId` as this instance. Two processes of the same id would take the place from each
 * other, again and again. Who stops in good order still leaves its group.
 */
export function joinAs(groupId: string, instanceId: string): void {
  instances.set(groupId, instanceId);
  if (installed) return;
  installed = true;
  const original = joinGroup.protocol;
  joinGroup.protocol = ({ version }) => {
    const request = original({ version });
    return version < FIRST_VERSION ? request : (args) => request({ ...args, groupInstanceId: instances.get(args.groupId) ?? null });
  };
}
