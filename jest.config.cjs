// One Jest configuration for every project. Sources are transformed to CommonJS by SWC (Nest's ESM
// packages too), because Jest's own ESM mode is still experimental; node runs the real ESM build.
const swc = {
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    target: 'es2024',
  },
  module: { type: 'commonjs' },
};
/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/**/*.spec.ts'],
  modulePathIgnorePatterns: ['/dist/', '/.tideway/'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  moduleNameMapper: {
    '^@tideway/(embedded|simulator|mesh|bench)$': `${__dirname}/infra/$1/src/index.ts`,
    '^@tideway/([a-z-]+)$': `${__dirname}/libs/$1/src/index.ts`,
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: { '^.+\\.(ts|js|mjs)$': ['@swc/jest', swc] },
  transformIgnorePatterns: ['/node_modules/(?!(@nestjs|uuid|file-type|strtok3|token-types|uint8array-extras|@tokenizer|load-esm|commander)/)'],
  extensionsToTreatAsEsm: [],
  testTimeout: 240_000,
};
