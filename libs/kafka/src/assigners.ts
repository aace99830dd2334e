// How the partitions of a group are shared out among its members.
import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';

type Assignment = Record<string, Record<string, number[]>>;
type Share = (members: string[], partitions: Map<string, number[]>) => Assignment;

/** Every topic's partition p goes to the same member: inputs that are keyed alike are processed together. */
export const coPartitioned: PartitionAssigner = assigner('tideway-co-partitioned', (members, partitions) => {
  const assignment: Assignment = {};
  for (const [topic, ids] of partitions) {
    for (const id of ids) ((assignment[members[id % members.length]!] ??= {})[topic] ??= []).push(id);
  }
  return assignment;
});

/** A topic's partitions all go to one member: their blocks can be processed together. */
export const wholeTopics: PartitionAssigner = assigner('tideway-whole-topics', (members, partitions) => {
  const assignment: Assignment = {};
  [...partitions.keys()].sort().forEach((topic, i) => ((assignment[members[i % members.length]!] ??= {})[topic] = partitions.get(topic)!));
  return assignment;
});

/** One member gets everything, the others stand by: for a service with one active owner. */
export const singleOwner: PartitionAssigner = assigner('tideway-single-owner', (members, partitions) =>
  ({ [members[0]!]: Object.fromEntries(partitions) }));

/** Exactly these partitions, to a group's only member: for reading a changelog without a group's rebalancing. */
export function exactly(wanted: Map<string, number[]>): PartitionAssigner {
  return assigner('tideway-exactly', (members) => ({ [members[0]!]: Object.fromEntries(wanted) }));
}

function assigner(name: string, share: Share): PartitionAssigner {
  return ({ cluster }) => ({
    name,
    version: 1,
    async assign({ members, topics }) {
      const partitions = new Map(topics.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).map((p) => p.partitionId).sort((a, b) => a - b)] as const));
      const ids = members.map((member) => member.memberId).sort();
      const assignment = share(ids, partitions);
      return ids.map((memberId) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({ version: 1, assignment: assignment[memberId] ?? {}, userData: Buffer.alloc(0) }),
      }));
    },
    protocol: ({ topics }) => ({ name, metadata: AssignerProtocol.MemberMetadata.encode({ version: 1, topics, userData: Buffer.alloc(0) }) }),
  });
}
