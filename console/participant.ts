/** Entry of the participant's page: the join page on the hub, the bench on a worker. */
import './styles/tokens.css'
import './styles/base.css'
import { createApp } from 'vue'
import ParticipantPage from './pages/participant-page.vue'

createApp(ParticipantPage).mount('#app')
