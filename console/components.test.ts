/** Every component of ui/ and features/ has stories; each story mounts without a warning and axe finds nothing to say. */
import { enableAutoUnmount, flushPromises, mount } from '@vue/test-utils'
import axe from 'axe-core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { roomShell } from './fixtures/room-shell.ts'
import { componentFiles, loadComponent, stories } from './fixtures/stories.ts'

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
})
afterEach(() => {
  document.body.innerHTML = ''
  vi.restoreAllMocks()
})

/** Rules about whole pages, which a component on its own cannot keep, and colours, which happy-dom does not compute. */
const notHere = [
  'region',
  'color-contrast',
  'landmark-one-main',
  'page-has-heading-one',
  'heading-order',
  'landmark-complementary-is-top-level',
]

it('has stories for every component', () => {
  expect(Object.keys(stories).toSorted()).toEqual(componentFiles.toSorted())
})

// Registered last, so that it runs before the page is emptied.
enableAutoUnmount(afterEach)

describe.for(Object.keys(stories))('%s', (file) => {
  it.for(Object.entries(stories[file] ?? {}))('%s: mounts and is accessible', async ([, story]) => {
    const complaints = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const host = document.body.appendChild(document.createElement('div'))
    // A row stands in a table and an entry in a list; alone they would be malformed.
    const target = file.endsWith('-row.vue') ? host.appendChild(document.createElement('table')).createTBody() : host
    mount(await loadComponent(file), {
      attachTo: target,
      props: { ...story.props },
      slots: { ...story.slots } as Record<string, () => string>,
      global: story.inRoom ? roomShell() : {},
    })
    await flushPromises()
    await vi.dynamicImportSettled()
    const { violations } = await axe.run(document.body, {
      rules: Object.fromEntries(notHere.map((rule) => [rule, { enabled: false }])),
    })
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
    expect(complaints.mock.calls.map(([first]) => String(first)).filter((line) => line.includes('[Vue warn]'))).toEqual(
      [],
    )
  })
})
