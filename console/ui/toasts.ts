/** What happened elsewhere, said once. Never the only place that says it. */
import { shallowRef } from 'vue'
import type { StateView } from './state-look.ts'

export interface Toast {
  readonly id: number
  readonly state: StateView
  readonly text: string
  readonly detail?: string | undefined
}

/** How long a toast stays, ms: about twenty words of reading time. */
const stayMs = 8_000
/** More than this would cover the page; the oldest goes. */
const most = 4

export const toasts = shallowRef<readonly Toast[]>([])
let count = 0

export function showToast(toast: Omit<Toast, 'id'>): void {
  count += 1
  const id = count
  toasts.value = [...toasts.value, { ...toast, id }].slice(-most)
  setTimeout(() => dismissToast(id), stayMs)
}

export function dismissToast(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id)
}
