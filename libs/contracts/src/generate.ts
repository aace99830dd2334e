// Writes what is derived from schemas/ and committed: TypeScript types, the product pages and the AsyncAPI document.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { loadProducts, type Product } from './products.js';
import { asyncApi } from './generate-asyncapi.js';
import { productIndex, productPage } from './generate-docs.js';
import { typesOf } from './generate-types.js';
import { outdated, writeGenerated } from './generated-files.js';

const HEADER = '// Generated from schemas/ by `npm run generate`: do not edit.\n';
const pascal = (text: string) => text.split(/[-_.]/).map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');

function indexModule(products: Product[]): string {
  const latest = products.filter((p) => !products.some((q) => q.id === p.id && q.major > p.major));
  const alias = (p: Product) => pascal(p.id);
  const imports = latest.map((p) => `import type { ${p.schema.name} as ${alias(p)} } from './${p.topic}.js';`);
  const rows = latest.map((p) => `  '${p.id}': ${alias(p)};`);
  return [
    HEADER.trimEnd(),
    ...imports, '',
    `export type { ${latest.map(alias).join(', ')} };`, '',
    '/** The record type of every product at its current major. */',
    'export interface Records {', ...rows, '}', '',
    'export type ProductId = keyof Records;', '',
  ].join('\n');
}

/** Every generated file: path from the workspace's root to content. */
export function generatedFiles(products: Product[]): Map<string, string> {
  const files = new Map<string, string>();
  const types = 'libs/contracts/src/generated';
  for (const product of products) files.set(`${types}/${product.topic}.ts`, HEADER + typesOf(product.schema));
  files.set(`${types}/index.ts`, indexModule(products));
  for (const product of products) files.set(`docs/products/${product.topic}.md`, productPage(product));
  files.set('docs/products/README.md', productIndex(products));
  files.set('docs/asyncapi.json', `${JSON.stringify(asyncApi(products), null, 2)}\n`);
  return files;
}

/** Paths of generated files that differ from what schemas/ says, are missing, or are left over. */
export function staleFiles(root: string, files: Map<string, string>): string[] {
  return [...outdated(root, files), ...leftOver(root, files)];
}

function leftOver(root: string, files: Map<string, string>): string[] {
  return ['libs/contracts/src/generated', 'docs/products'].flatMap((dir) => {
    const full = path.join(root, dir);
    return existsSync(full) ? readdirSync(full).map((file) => `${dir}/${file}`).filter((file) => !files.has(file)) : [];
  });
}

function main(): void {
  const files = generatedFiles(loadProducts());
  writeGenerated(files, leftOver(path.resolve(import.meta.dirname, '../../..'), files));
}

if (process.argv[1] && path.basename(process.argv[1]).startsWith('generate')) main();
