/** The control room's addresses: each page of each Workshop has one. The controller serves the page for all of them. */
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import ActivityPage from './pages/activity-page.vue'
import FleetPage from './pages/fleet-page.vue'
import OverviewPage from './pages/overview-page.vue'
import PlansPage from './pages/plans-page.vue'

export const routes: readonly RouteRecordRaw[] = [
  { path: '/', name: 'first', component: OverviewPage },
  { path: '/:namespace/:name', name: 'overview', component: OverviewPage },
  { path: '/:namespace/:name/fleet', name: 'fleet', component: FleetPage },
  { path: '/:namespace/:name/plans', name: 'plans', component: PlansPage },
  { path: '/:namespace/:name/activity', name: 'activity', component: ActivityPage },
  { path: '/:rest(.*)*', redirect: '/' },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})
