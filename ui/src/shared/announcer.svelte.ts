/** One polite voice for screen readers: stages and results as they come. */

class Announcer {
  text = $state('');

  say(text: string): void {
    this.text = text;
  }
}

export const announcer = new Announcer();
