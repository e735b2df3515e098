import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

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
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    // What the page shows is `$state`; a private Map beside it need not be watched.
    rules: { 'svelte/prefer-svelte-reactivity': 'off' },
  },
  {
    files: ['vite/offline-shell.js', 'vite/bundle-size.js', '*.config.js'],
    languageOptions: { globals: { ...globals.node } },
    rules: { 'no-console': 'off' },
  },
  {
    files: ['vite/service-worker.js'],
    // The build puts the list of its files in the place of `__FILES__`.
    languageOptions: { globals: { ...globals.serviceworker, __FILES__: 'readonly' } },
  },
);
