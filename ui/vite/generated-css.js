/** The rules that follow from data: colours of findings, and the first screen of each language. */

import findings from '../../src/raiox/findings.json' with { type: 'json' };
import { screenRules } from './first-screen.js';

const ID = 'virtual:generated.css';

/** On the page and on its dark areas alike: a custom property takes its colour where it is declared. */
export function findingRules(known = findings) {
  const properties = known.map(({ id, color: { light, dark } }) => {
    return `  --finding-${id}: ${light === dark ? light : `light-dark(${light}, ${dark})`};\n`;
  });
  return `:root,\n.dark {\n${properties.join('')}}\n`;
}

export function generatedCss() {
  return {
    name: 'raiox-generated-css',
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    load: (id) => (id === `\0${ID}` ? findingRules() + screenRules() : undefined),
  };
}
