import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { firstPaintScript } from './build/first-paint-script.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [react(), firstPaintScript(here('build/first-paint.js'))],
  resolve: {
    // The contract describes bodies by schemas for the server to check. The browser only needs method and path, so
    // the schema library stays out of the bundle (18 KB gz).
    alias: { typebox: here('build/no-schemas.ts') },
  },
  build: {
    target: 'es2023',
    // A data: URL would put the icon into the HTML; the policy allows it, but a file is cached once for both pages.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { login: here('login.html'), app: here('app.html') },
      // Operations that a page does not call stay out of its bundle.
      treeshake: {
        moduleSideEffects: [{ test: /[\\/]contract[\\/]src[\\/]/, sideEffects: false }],
        manualPureFunctions: ['endpoint', 'closed', 'shortText'],
      },
    },
  },
});
