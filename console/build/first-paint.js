// Sets the colour scheme and the language of the page before the first paint, so that nothing flashes.
// Runs as it is in the browser; the rules repeat src/preferences.ts.
(() => {
  const root = document.documentElement;
  const cookie = (name) => new RegExp(`(?:^|; )${name}=([a-z]+)`).exec(document.cookie)?.[1];
  const wanted = cookie('warifu-scheme');
  const dark = wanted === 'dark' || (wanted !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
  const language = cookie('warifu-language') ?? (navigator.language.startsWith('en') ? 'en' : 'ja');
  root.lang = language === 'en' ? 'en' : 'ja';
})();
