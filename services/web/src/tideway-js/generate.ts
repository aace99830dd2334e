// `npm run snippet -w services/web`: writes the minified snippet that the service serves.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleSnippet, moduleOf } from './bundle.js';

const src = path.resolve(import.meta.dirname, '../../src');
writeFileSync(path.join(src, 'tideway-js/generated.ts'), moduleOf(await bundleSnippet(path.join(src, 'snippet'))));
