/** Light or dark: as the system is set until the visitor chooses. */

import { recall, remember } from './storage';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const STORED = 'raiox.theme';

class ThemeChoice {
  current = $state<Theme>('auto');

  start(): void {
    const stored = recall(STORED);
    this.#apply(THEMES.find((theme) => theme === stored) ?? 'auto');
  }

  choose(theme: Theme): void {
    this.#apply(theme);
    remember(STORED, theme);
  }

  #apply(theme: Theme): void {
    this.current = theme;
    if (theme === 'auto') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }
}

export const theme = new ThemeChoice();
