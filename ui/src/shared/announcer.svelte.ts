/** The polite live region of the page: screen readers hear stages and results as they come. */

class Announcer {
  text = $state('');

  say(text: string): void {
    this.text = text;
  }
}

export const announcer = new Announcer();
