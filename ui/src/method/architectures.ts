/** The networks that raiox draws and describes; a bundle names its own in `architecture`. */

import type { ProseKey } from '../shared/prose';

/** A layer, or several of one kind, as figure 2 shows them. */
export interface Layer {
  title: ProseKey;
  /** Of several alike, from 1. */
  n?: number;
  detail?: ProseKey;
  width: number;
}

interface Architecture {
  /** As its authors call it; the same in every language. */
  name: string | null;
  /** From the image to the features that the maps are made of. */
  layers: readonly Layer[];
  figure: ProseKey;
  described: ProseKey;
  classifier: ProseKey;
}

const CONVOLUTION: Layer = { title: 'how.convolution', width: 110 };

const STAGES = [1, 2, 3, 4, 5].map((n): Layer => ({ title: 'how.stage', n, detail: 'how.separable', width: 110 }));

const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  densenet: {
    name: 'DenseNet',
    layers: [
      { title: 'how.dense_block', n: 1, detail: 'how.reduce', width: 140 },
      { title: 'how.dense_block', n: 2, detail: 'how.reduce', width: 140 },
      { title: 'how.dense_block', n: 3, width: 140 },
      CONVOLUTION,
    ],
    figure: 'how.figure2_densenet',
    described: 'how.figure2_densenet_described',
    classifier: 'how.classifier_densenet',
  },
  mobilenet: {
    name: 'MobileNet',
    layers: [CONVOLUTION, ...STAGES],
    figure: 'how.figure2_mobilenet',
    described: 'how.figure2_mobilenet_described',
    classifier: 'how.classifier_mobilenet',
  },
};

const OTHER: Architecture = {
  name: null,
  layers: [{ title: 'how.convolutions', width: 180 }],
  figure: 'how.figure2_other',
  described: 'how.figure2_other_described',
  classifier: 'how.classifier_other',
};

/** What is known of an architecture; of one that raiox does not know, only what holds for all. */
export function architectureOf(id: string | null | undefined): Architecture {
  return ARCHITECTURES[id ?? ''] ?? OTHER;
}
