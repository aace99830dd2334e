// Takes rights away from this process and the threads it starts from now on, through Linux's Landlock
// (https://docs.kernel.org/userspace-api/landlock.html): files outside the listed ones, starting programs,
// and connecting to anything but the listed ports. Needs no privilege, and cannot be undone.
import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import { DataType, load, open } from 'ffi-rs';

// The same numbers on every architecture that the kernel got these calls for at once (5.13).
const createRuleset = 444;
const addRule = 445;
const restrictSelf = 446;
const setNoNewPrivileges = 38;
const versionFlag = 1;
const pathBeneath = 1;
const netPort = 2;

const access = { execute: 1, writeFile: 2, readFile: 4, readDirectory: 8 };
// Up to version 1: 13 rights; version 2 adds moving between directories, version 3 truncating.
const rightsOf = (version) => (version >= 3 ? 0x7fff : version === 2 ? 0x3fff : 0x1fff);
const fileRights = (version) => access.writeFile | access.readFile | (version >= 3 ? 0x4000 : 0);
const connectTcp = 2;

function call(funcName, ...numbersAndBuffers) {
  return load({
    library: 'libc',
    funcName,
    retType: DataType.I64,
    paramsType: numbersAndBuffers.map((value) => (typeof value === 'number' ? DataType.I64 : DataType.U8Array)),
    paramsValue: numbersAndBuffers,
  });
}

// From capability.h: with one of these, root reads the memory and the environment of every process, past
// Landlock (the kernel asks for perfmon before it asks Landlock).
const capabilities = { ptrace: 19, admin: 21, perfmon: 38 };
const capabilityVersion3 = 0x20080522;

function dropCapabilities() {
  // struct __user_cap_header_struct: u32 version, s32 pid; 0 is this thread.
  const header = Buffer.alloc(8);
  header.writeUInt32LE(capabilityVersion3, 0);
  // Two struct __user_cap_data_struct, for capabilities 0 to 31 and from 32: u32 effective, permitted, inheritable.
  const data = Buffer.alloc(24);
  load({ library: 'libc', funcName: 'capget', retType: DataType.I32, paramsType: [DataType.U8Array, DataType.U8Array], paramsValue: [header, data] });
  for (const capability of Object.values(capabilities)) {
    for (const set of [0, 4, 8]) {
      const offset = (capability >> 5) * 12 + set;
      data.writeUInt32LE((data.readUInt32LE(offset) & ~(1 << (capability & 31))) >>> 0, offset);
    }
  }
  return load({ library: 'libc', funcName: 'capset', retType: DataType.I32, paramsType: [DataType.U8Array, DataType.U8Array], paramsValue: [header, data] }) === 0;
}

/**
 * @param {{ readOnly: string[], readWrite: string[], connectTo?: number[] }} allowed files and directories, of which
 *   missing ones are skipped; and TCP ports that may be connected to, of any host
 * @returns {boolean} false when the system has no Landlock: nothing was restricted
 */
export function restrictProcess({ readOnly, readWrite, connectTo = [] }) {
  if (process.platform !== 'linux') return false;
  open({ library: 'libc', path: 'libc.so.6' });
  const version = call('syscall', createRuleset, 0, 0, versionFlag);
  if (version < 1) return false;
  const everything = rightsOf(version);
  // struct landlock_ruleset_attr: u64 file system rights, then, from version 4, u64 network rights.
  const attributes = Buffer.alloc(version >= 4 ? 16 : 8);
  attributes.writeBigUInt64LE(BigInt(everything), 0);
  if (version >= 4) attributes.writeBigUInt64LE(BigInt(connectTcp), 8);
  const ruleset = call('syscall', createRuleset, attributes, attributes.length, 0);
  if (ruleset < 0) return false;
  for (const path of readOnly) allow(ruleset, path, access.readFile | access.readDirectory, version);
  for (const path of readWrite) allow(ruleset, path, everything & ~access.execute, version);
  // Below version 4 nothing about the network is restricted.
  if (version >= 4) for (const port of connectTo) allowConnecting(ruleset, port);
  return dropCapabilities() && call('prctl', setNoNewPrivileges, 1, 0, 0, 0) === 0 && call('syscall', restrictSelf, ruleset, 0) === 0;
}

function allow(ruleset, path, rights, version) {
  if (!existsSync(path)) return;
  const allowed = statSync(path).isDirectory() ? rights : rights & fileRights(version);
  const descriptor = openSync(path, 'r');
  // struct landlock_path_beneath_attr, packed: u64 rights, s32 descriptor.
  const rule = Buffer.alloc(12);
  rule.writeBigUInt64LE(BigInt(allowed), 0);
  rule.writeInt32LE(descriptor, 8);
  const result = call('syscall', addRule, ruleset, pathBeneath, rule, 0);
  closeSync(descriptor);
  if (result !== 0) throw new Error(`Landlock does not take a rule for ${path}`);
}

function allowConnecting(ruleset, port) {
  // struct landlock_net_port_attr: u64 rights, u64 port in the host's byte order.
  const rule = Buffer.alloc(16);
  rule.writeBigUInt64LE(BigInt(connectTcp), 0);
  rule.writeBigUInt64LE(BigInt(port), 8);
  if (call('syscall', addRule, ruleset, netPort, rule, 0) !== 0) throw new Error(`Landlock does not take a rule for port ${port}`);
}
