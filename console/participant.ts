/** Entry of the participant's page: the join page on the hub, the bench on a worker. */
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import { createApp } from 'vue'
import { reloadWhenStale } from './api/reload-when-stale.ts'
import ParticipantPage from './pages/participant-page.vue'
import { applyKeptTheme } from './ui/theme.ts'
import { followVisibleHeight } from './ui/visible-height.ts'

reloadWhenStale()
applyKeptTheme()
followVisibleHeight()
createApp(ParticipantPage).mount('#app')
