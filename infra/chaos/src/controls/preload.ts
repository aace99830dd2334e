// Loaded into a service before its own code (node --import): changes modules while they are loaded, as the environment asks.
// https://nodejs.org/api/module.html#moduleregisterhooksoptions
import { registerHooks } from 'node:module';
import { patchSource, patchesOf } from './patches.js';

const patches = patchesOf(process.env);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const source = loaded.source === null || loaded.source === undefined ? undefined : patchSource(url, Buffer.from(loaded.source as Uint8Array).toString('utf8'), patches);
    return source === undefined ? loaded : { ...loaded, source };
  },
});
