import { mount } from 'svelte';

import App from './App.svelte';
import './app.css';
import { replaceEarly } from './lib/early';
import { whenIdle } from './lib/idle';
import { speech } from './lib/language.svelte';
import { router } from './lib/route.svelte';
import { service } from './lib/service.svelte';
import { desk } from './lib/studio.svelte';
import { theme } from './lib/theme.svelte';

theme.start();
speech.start();
router.start();

const target = document.getElementById('app');
if (target) {
  replaceEarly(target, (files) => {
    desk.add(files);
  });
  mount(App, { target });
}
service.start(); // after the first screen, which stands without its answer

// A development server builds nothing that could be kept; plain HTTP in a hospital forbids keeping.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  whenIdle(() => {
    navigator.serviceWorker.register('/sw.js').catch(() => undefined); // the page serves without
  });
}
