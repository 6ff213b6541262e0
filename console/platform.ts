/** Entry of the control room. */
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import { createApp } from 'vue'
import { live } from './api/live.ts'
import { reloadWhenStale } from './api/reload-when-stale.ts'
import PlatformPage from './pages/platform-page.vue'
import { router } from './router.ts'
import { applyKeptTheme } from './ui/theme.ts'

reloadWhenStale()
applyKeptTheme()
createApp(PlatformPage, { live }).use(router).mount('#app')
