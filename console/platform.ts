/** Entry of the control room. */
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import { createApp } from 'vue'
import PlatformPage from './pages/platform-page.vue'

createApp(PlatformPage).mount('#app')
