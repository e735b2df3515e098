/**
 * Writes the first screen into the page itself, so that a file can be chosen before any script has
 * come: once per language, with a small script in the head that picks the visitor's.
 */

import { readFileSync } from 'node:fs';

import languages from '../../src/raiox/locales/languages.json' with { type: 'json' };
import formats from '../../src/raiox/formats.json' with { type: 'json' };

const HEAD_FILE = 'first-screen.js';
const SCREEN_MARK = '<!-- first screen -->';
const NOSCRIPT_MARK = '<!-- no script -->';
const LOCALE_MARK = '%DEFAULT_LOCALE%';

export function readMessages(language) {
  return JSON.parse(readFileSync(new URL(`../messages/${language}.json`, import.meta.url), 'utf-8'));
}

function escape(text) {
  return text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);
}

/** What a file chooser offers; agrees with src/shared/upload/formats.ts by a test. */
export function acceptedFiles() {
  return formats
    .filter(({ read }) => read)
    .flatMap(({ media_types, extensions }) => [...media_types, ...extensions])
    .join();
}

export function drawScreen(language, messages) {
  const text = (key) => escape(messages[key]);
  return `<div class="first-screen" id="first-screen-${language}" lang="${language}">
      <div class="first-screen-head">raiox</div>
      <p class="first-screen-notice">${text('notice')}</p>
      <main>
        <h1>${text('analyse.title')}</h1>
        <p class="soft">${text('analyse.lead')}</p>
        <label class="drop">
          <input class="unseen" type="file" multiple accept="${acceptedFiles()}" />
          <span class="button primary">${text('drop.choose')}</span>
        </label>
      </main>
    </div>`;
}

function drawNoscript(language, messages) {
  return `<p lang="${language}">${escape(messages['notice'])}
        <a href="plain?lang=${language}">${escape(messages['noscript'])}</a></p>`;
}

/** The script of the head, for the languages of the page. */
export function headScript(available = languages) {
  const locales = Object.fromEntries(available.map(({ id, locale }) => [id, locale]));
  const source = readFileSync(new URL('first-screen-head.js', import.meta.url), 'utf-8');
  return source.replace('__LOCALES__', JSON.stringify(locales));
}

/** Shows the screen that the head script chose. */
export function screenRules(available = languages) {
  const selectors = available.map(({ id }) => `[data-first-screen='${id}'] #first-screen-${id}`);
  return `${selectors.join(',\n')} {\n  display: block;\n}\n`;
}

export function firstScreen() {
  const everyLanguage = (draw) => languages.map(({ id }) => draw(id, readMessages(id))).join('');
  return {
    name: 'raiox-first-screen',
    transformIndexHtml: {
      order: 'pre',
      handler: (html) =>
        html
          .replace(LOCALE_MARK, languages[0].locale)
          .replace(SCREEN_MARK, everyLanguage(drawScreen))
          .replace(NOSCRIPT_MARK, everyLanguage(drawNoscript)),
    },
    configureServer(server) {
      server.middlewares.use(`/${HEAD_FILE}`, (_, response) => {
        response.setHeader('Content-Type', 'text/javascript').end(headScript());
      });
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: HEAD_FILE, source: headScript() });
    },
  };
}
