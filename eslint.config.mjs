// Lint: types, and the boundaries between projects (services import libraries only).
import { createRequire } from 'node:module';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

// The rule of boundaries reads the graph of projects that Nx keeps, and without one it passes everything: the graph is
// brought up to date here, which takes about a second, by the Nx that the rule has. No daemon is left behind.
process.env.NX_DAEMON ??= 'false';
const ofPlugin = createRequire(createRequire(import.meta.url).resolve('@nx/eslint-plugin'));
await ofPlugin('@nx/devkit').createProjectGraphAsync({ exitOnError: false });

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '.nx/**', '.tideway/**', 'libs/contracts/src/generated/**', '**/*.cjs'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': ['error', {
        enforceBuildableLibDependency: false,
        allow: [],
        depConstraints: [
          { sourceTag: 'type:service', onlyDependOnLibsWithTags: ['type:lib'] },
          { sourceTag: 'type:lib', onlyDependOnLibsWithTags: ['type:lib', 'type:infra'] },
          { sourceTag: 'type:infra', onlyDependOnLibsWithTags: ['type:lib', 'type:infra'] },
        ],
      }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'off',
    },
  },
  // What tests read back is whatever was sent: it has no type of its own.
  { files: ['**/*.spec.ts', '**/test-service.ts'], rules: { '@typescript-eslint/no-explicit-any': 'off' } },
);
