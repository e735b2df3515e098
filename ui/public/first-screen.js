// Before the first paint: the language and the theme of the visitor, and whether the first screen,
// which stands in the page itself, is the one that was asked for. Agrees with src/lib by a test.
(() => {
  const page = document.documentElement;
  const recall = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  };
  const asked = [new URLSearchParams(location.search).get('lang'), recall('raiox.language'), ...navigator.languages];
  const spoken = asked.map((tag) => tag?.slice(0, 2).toLowerCase()).find((tag) => tag === 'pt' || tag === 'en');
  const theme = recall('raiox.theme');
  page.lang = spoken === 'en' ? 'en-GB' : 'pt-BR';
  if (theme === 'light' || theme === 'dark') page.dataset.theme = theme;
  if (/^(#\/?)?$/.test(location.hash)) page.dataset.early = '';
})();
