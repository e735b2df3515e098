import { mount } from 'svelte';

import App from './App.svelte';
import './app.css';
import 'virtual:generated.css';
import { replaceFirstScreen } from './firstScreen';
import { whenIdle } from './shared/idle';
import { i18n } from './shared/i18n.svelte';
import { router } from './shared/router.svelte';
import { registerServiceWorker } from './shared/serviceWorker';
import { service } from './shared/service.svelte';
import { uploadQueue } from './shared/upload/uploads';
import { theme } from './shared/theme.svelte';

theme.start();
i18n.start();
router.start();

const target = document.getElementById('app');
if (target) {
  replaceFirstScreen(target, (files) => {
    uploadQueue.add(files);
  });
  mount(App, { target });
}
service.start(); // after the first screen, which stands without its answer

whenIdle(() => void registerServiceWorker());
