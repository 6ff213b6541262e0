/** Whether this browser's person wants typing shown before the worker's echo. On unless switched off. */
import { ref, watch } from 'vue'

const key = 'workshop.type-ahead'

export const showsTypingEarly = ref(localStorage.getItem(key) !== 'off')
watch(showsTypingEarly, (on) => localStorage.setItem(key, on ? 'on' : 'off'))

export function switchTypeAhead(): void {
  showsTypingEarly.value = !showsTypingEarly.value
}
