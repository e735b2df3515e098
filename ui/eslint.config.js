import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

const SCREENS = ['analyse', 'history', 'compare', 'map', 'method', 'pages'];

/** A screen imports from its own folder and from shared/, never from another screen. */
function othersThan(folder) {
  return SCREENS.filter((screen) => screen !== folder).map((screen) => `**/${screen}/*`);
}

export default ts.config(
  { ignores: ['node_modules/'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      'max-lines': ['error', { max: 150, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
    },
  },
  { files: ['src/shared/contract.ts'], rules: { 'max-lines': 'off' } }, // generated
  ...SCREENS.map((screen) => ({
    files: [`src/${screen}/**`],
    rules: {
      'no-restricted-imports': ['error', { patterns: othersThan(screen) }],
    },
  })),
  {
    files: ['src/shared/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: othersThan('shared') }] },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    // What the page shows is `$state`; a private Map beside it need not be watched.
    rules: { 'svelte/prefer-svelte-reactivity': 'off' },
  },
  {
    files: ['vite/first-screen.js', 'vite/generated-css.js', 'vite/offline-shell.js', 'vite/bundle-size.js', '*.config.js'],
    languageOptions: { globals: { ...globals.node } },
    rules: { 'no-console': 'off' },
  },
  {
    files: ['vite/first-screen-head.js'],
    // The build puts the languages in the place of `__LOCALES__`.
    languageOptions: { globals: { __LOCALES__: 'readonly' } },
  },
  {
    files: ['vite/service-worker.js'],
    // The build puts the list of its files in the place of `__FILES__`.
    languageOptions: { globals: { ...globals.serviceworker, __FILES__: 'readonly' } },
  },
);
