/** The first screen that stands in the page until the app does; what was chosen in it is not lost. */

interface ChosenFile {
  name: string;
  file: Blob;
}

/** Clears the target for the app; files that were or still will be chosen in it go to `add`. */
export function replaceFirstScreen(target: HTMLElement, add: (files: ChosenFile[]) => void): void {
  const inputs = [...target.querySelectorAll<HTMLInputElement>('input[type=file]')];
  target.replaceChildren();
  delete document.documentElement.dataset['firstScreen'];
  for (const input of inputs) {
    const hand = (): void => {
      const files = [...(input.files ?? [])];
      if (files.length > 0) add(files.map((file) => ({ name: file.name, file })));
    };
    hand();
    input.addEventListener('change', hand); // its chooser may still be open
  }
}
