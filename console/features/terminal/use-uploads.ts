/** Files that are dropped on a terminal or pasted into it: sent one after the other, then named to the program. */
import { reactive } from 'vue'
import { pictureName, shellWord, type UploadProgress, uploadFile, uploadName } from './upload-file.ts'

export interface Uploads {
  /** The file under way. */
  now: UploadProgress | undefined
  waiting: number
  /** Why the last one failed. */
  problem: string
}

/** `done` gets the paths of all files of one drop, as words of a shell. */
export function useUploads(session: string, done: (words: string) => void) {
  const state = reactive<Uploads>({ now: undefined, waiting: 0, problem: '' })
  let queue = Promise.resolve()

  async function sendAll(files: readonly File[]) {
    const words: string[] = []
    for (const file of files) {
      const name = isNameless(file) ? pictureName(file.type, new Date()) : uploadName(file.name)
      state.now = { name, share: 0 }
      try {
        const { path } = await uploadFile(session, name, file, (share) => {
          state.now = { name, share }
        })
        words.push(shellWord(path))
      } catch (error) {
        state.problem = error instanceof Error ? error.message : String(error)
      }
      state.waiting -= 1
    }
    state.now = undefined
    if (words.length > 0) done(`${words.join(' ')} `)
  }

  return {
    state,
    /** Files of a drop or a paste; folders come as empty files without a type and are left out. */
    take(files: readonly File[]) {
      if (files.length === 0) return
      state.problem = ''
      state.waiting += files.length
      queue = queue.then(() => sendAll(files))
    },
  }
}

/** Browsers call every picture of the clipboard `image.png`. */
function isNameless({ name, type }: File): boolean {
  return type.startsWith('image/') && /^image\.\w+$/.test(name)
}
