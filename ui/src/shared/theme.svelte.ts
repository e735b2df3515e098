/** Light or dark: the system's wish until someone chooses. */

import { recall, remember } from './storage';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const STORED = 'raiox.theme';

class ThemeChoice {
  current = $state<Theme>('auto');

  start(): void {
    const stored = recall(STORED);
    this.#wear(THEMES.find((theme) => theme === stored) ?? 'auto');
  }

  choose(theme: Theme): void {
    this.#wear(theme);
    remember(STORED, theme);
  }

  #wear(theme: Theme): void {
    this.current = theme;
    if (theme === 'auto') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }
}

export const theme = new ThemeChoice();
