/** One entry of a menu. */
import type { Component } from 'vue'
import type { StateView } from './state-look.ts'

export interface MenuItem {
  readonly id: string
  readonly title: string
  /** Second line: what it is, or why it cannot be chosen. */
  readonly detail?: string | undefined
  /** Right side, in words or as a state. */
  readonly aside?: string | undefined
  readonly state?: StateView | undefined
  readonly icon?: Component | undefined
  readonly disabled?: boolean
}
