/** Writes the first screen into the page itself, so that a file can be chosen before any script has come. */

import { readFileSync } from 'node:fs';

const LANGUAGES = ['pt', 'en'];
const MARK = '<!-- first screen -->';

function read(path) {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf-8'));
}

function escape(text) {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.codePointAt(0)};`);
}

function draw(language) {
  const words = read(`../messages/${language}.json`);
  const accepted = read('../src/shared/upload/accepted.json').join();
  const tell = (key) => escape(words[key]);
  return `<div class="early" lang="${language}">
      <div class="early-head">raiox</div>
      <p class="early-notice">${tell('notice')}</p>
      <main>
        <h1>${tell('analyse.title')}</h1>
        <p class="soft">${tell('analyse.lead')}</p>
        <label class="drop">
          <input class="unseen" type="file" multiple accept="${accepted}" />
          <span class="button primary">${tell('drop.verb')}</span>
        </label>
      </main>
    </div>`;
}

export function firstScreen() {
  return {
    name: 'raiox-first-screen',
    transformIndexHtml: { order: 'pre', handler: (html) => html.replace(MARK, LANGUAGES.map(draw).join('')) },
  };
}
