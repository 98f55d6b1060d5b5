import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compressedAssets } from './build/compressed.ts';
import { firstPaintScript } from './build/first-paint-script.ts';
import { kitFirst } from './build/kit-first.ts';
import { operationCatalogue } from './build/operations.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const kit = kitFirst(here('src/look/kit-login.ts'));

/** Small things that both kinds of page have: a request for each would cost more than what is in it. */
const partsOf = (id: string) =>
  /[\\/]src[\\/](look[\\/](name|command|tabs)|fields[\\/][\w-]+|sign-in[\\/]server-facts)\.tsx?$/.test(id)
    ? 'parts'
    : null;

export default defineConfig({
  plugins: [
    react(),
    firstPaintScript(here('build/first-paint.js')),
    kit.plugin,
    operationCatalogue(),
    compressedAssets(),
  ],
  resolve: {
    // The contract describes bodies by schemas for the server to check. The browser only needs method and path, so
    // the schema library stays out of the bundle (18 KB gz).
    alias: { typebox: here('build/no-schemas.ts') },
  },
  build: {
    target: 'es2023',
    // A data: URL would put the icon into the HTML; the policy allows it, but a file is cached once for both pages.
    assetsInlineLimit: 0,
    // For the package; nobody is served it.
    license: { fileName: 'licences.md' },
    rolldownOptions: {
      input: { login: here('login.html'), app: here('app.html') },
      output: { codeSplitting: { groups: [{ name: (id) => kit.groupOf(id) ?? partsOf(id) }] } },
      // Operations that a page does not call stay out of its bundle.
      treeshake: {
        moduleSideEffects: [{ test: /[\\/]contract[\\/]src[\\/]/, sideEffects: false }],
        manualPureFunctions: ['endpoint', 'closed', 'shortText'],
      },
    },
  },
});
