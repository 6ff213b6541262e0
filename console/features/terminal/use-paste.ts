/** What comes into a terminal other than by typing: text and files, pasted or dropped. */
import { ref } from 'vue'
import { cleanPaste, type PasteQuestion, type PasteReader, pasteQuestion } from './paste-text.ts'

export interface PasteSeam {
  /** Hands clean text to the program as one paste. */
  readonly insert: (text: string) => void
  readonly reader: () => PasteReader
  readonly files: (files: readonly File[]) => void
}

export function usePaste({ insert, reader, files }: PasteSeam) {
  /** The text that waits for an answer, while `asking`. */
  const asked = ref('')
  const asking = ref(false)
  const question = ref<PasteQuestion>()
  const dropping = ref(false)

  function paste(text: string) {
    const clean = cleanPaste(text)
    if (clean === '') return
    const wanted = pasteQuestion(clean, reader())
    if (!wanted) return insert(clean)
    question.value = wanted
    asked.value = clean
    asking.value = true
  }

  return {
    asked,
    asking,
    question,
    dropping,
    paste,
    pasteAnyway() {
      asking.value = false
      insert(asked.value)
    },
    onPaste(event: ClipboardEvent) {
      const text = event.clipboardData?.getData('text/plain') ?? ''
      event.preventDefault()
      event.stopPropagation()
      // Office programs put a picture beside the text that was copied; the text is what was meant.
      if (text === '') files([...(event.clipboardData?.files ?? [])])
      else paste(text)
    },
    onDrop({ dataTransfer }: DragEvent) {
      dropping.value = false
      if (dataTransfer?.files.length) files([...dataTransfer.files])
      else paste(dataTransfer?.getData('text/plain') ?? '')
    },
  }
}
