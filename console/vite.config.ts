/**
 * One build, two pages: `index.html` for participants (served by hub and workers) and `control-room.html` for the
 * platform team (served by the controller). Both are served from the root and live under a strict content security
 * policy: nothing inline runs, so nothing here may add an inline script.
 */
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default {
  root: here('.'),
  base: '/',
  plugins: [vue()],
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false' },
  build: {
    outDir: here('dist'),
    emptyOutDir: true,
    target: 'es2023',
    // Chunks are loaded from the same origin; the polyfill is for browsers that light-dark() rules out anyway.
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { participant: here('index.html'), platform: here('control-room.html') } },
  },
}
