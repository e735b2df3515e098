// Before the first paint: the language and the theme of the visitor, and whether the first screen,
// which stands in the page itself, is the one at this address. A test compares it with src/shared.
(() => {
  const locales = __LOCALES__;
  const page = document.documentElement;
  const recall = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  };
  const wanted = [new URLSearchParams(location.search).get('lang'), recall('raiox.language'), ...navigator.languages];
  const ids = wanted.map((tag) => tag?.toLowerCase().split('-')[0]);
  const language = ids.find((id) => id && Object.hasOwn(locales, id)) ?? Object.keys(locales)[0];
  const theme = recall('raiox.theme');
  page.lang = locales[language];
  if (theme === 'light' || theme === 'dark') page.dataset.theme = theme;
  if (/^(#\/?)?$/.test(location.hash)) page.dataset.firstScreen = language;
})();
