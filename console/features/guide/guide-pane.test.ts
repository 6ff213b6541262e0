import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { guide } from '../../fixtures/bench.ts'
import GuidePane from './guide-pane.vue'

const targets = { prompt: undefined, shell: undefined }
const failure = { status: 503, title: 'No answer', message: 'The worker did not answer.', fix: 'try again' }

describe('the guide', () => {
  const open = (props: object) => mount(GuidePane, { props: { targets, marks: {}, challenge: undefined, ...props } })

  it('says that it is on its way', () => {
    expect(open({}).find('[aria-busy="true"]').attributes('aria-label')).toBe('Loading the guide')
  })

  it('says why it is not there, and asks again', async () => {
    const pane = open({ failure })
    expect(pane.text()).toContain('The worker did not answer.')
    const retry = pane.findAll('button').find((button) => button.text() === 'Retry')
    await retry?.trigger('click')
    expect(pane.emitted('retry')).toHaveLength(1)
  })

  it('stays when a later answer does not come', () => {
    const pane = open({ guide, failure })
    expect(pane.text()).not.toContain('The worker did not answer.')
    expect(pane.findAll('[role="tab"]')).toHaveLength(guide.challenges.length)
  })
})
