/** Whether a media query matches, kept up to date until the component goes. */
import { onScopeDispose, type Ref, ref } from 'vue'

export const phoneQuery = '(max-width: 767px)'

export function useMedia(query: string): Readonly<Ref<boolean>> {
  const list = matchMedia(query)
  const matches = ref(list.matches)
  const onChange = () => {
    matches.value = list.matches
  }
  list.addEventListener('change', onChange)
  onScopeDispose(() => list.removeEventListener('change', onChange))
  return matches
}
