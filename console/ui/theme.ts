/**
 * Light or dark. Without a choice the system decides; a choice is kept in this browser. Terminals have a choice of
 * their own, dark until the person says otherwise, because agents draw for dark backgrounds.
 */
import { ref } from 'vue'

export type Theme = 'light' | 'dark'

const systemIsDark = typeof matchMedia === 'function' && matchMedia('(prefers-color-scheme: dark)').matches

export const theme = ref<Theme>(kept('theme') ?? (systemIsDark ? 'dark' : 'light'))
export const terminalTheme = ref<Theme>(kept('term') ?? 'dark')

/** Puts what was chosen earlier on the page; call it before mounting. */
export function applyKeptTheme(): void {
  for (const name of ['theme', 'term'] as const) {
    const choice = kept(name)
    if (choice) document.documentElement.dataset[name] = choice
  }
}

export function switchTheme(): void {
  theme.value = other(theme.value)
  keep('theme', theme.value)
}

export function switchTerminalTheme(): void {
  terminalTheme.value = other(terminalTheme.value)
  keep('term', terminalTheme.value)
}

const other = (now: Theme): Theme => (now === 'dark' ? 'light' : 'dark')

function kept(name: 'theme' | 'term'): Theme | undefined {
  const value = localStorage.getItem(`workshop.${name}`)
  return value === 'light' || value === 'dark' ? value : undefined
}

function keep(name: 'theme' | 'term', value: Theme): void {
  document.documentElement.dataset[name] = value
  localStorage.setItem(`workshop.${name}`, value)
}
