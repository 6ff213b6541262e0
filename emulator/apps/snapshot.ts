/** Copies of source folders: inside the workspace tree (contents shared) and out to the disk, where apps run. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { FileTree, TreeNode } from '../workspace/file-tree.ts'

/** Documented: each file of an app's source may have 10 MB. */
const fileLimit = 10_485_760

const extensions = { PYTHON: '.py', SQL: '.sql', SCALA: '.scala', R: '.r' } as const

/** Copies a folder of the tree to another place in it. Throws with the platform's words when a file is too large. */
export function copyFolder(tree: FileTree, from: string, to: string): void {
  for (const node of tree.walk(from)) {
    const path = `${to}${node.path.slice(from === '/' ? 0 : from.length)}`
    if (node.content === undefined) tree.mkdirs(path)
    else tree.write(path, withinLimit(node), node.language)
  }
}

function withinLimit(node: TreeNode): Buffer {
  const content = node.content ?? Buffer.alloc(0)
  if (content.length > fileLimit) throw new Error(`File is larger than ${fileLimit} bytes: ${node.path}`)
  return content
}

/** Writes a folder of the tree to an empty local folder. Notebooks get their extension back. */
export async function writeOut(tree: FileTree, from: string, folder: string): Promise<void> {
  for (const node of tree.walk(from)) {
    const target = join(folder, node.path.slice(from.length))
    if (node.content === undefined) await mkdir(target, { recursive: true })
    else {
      await mkdir(dirname(target), { recursive: true })
      await writeFile(target + (node.language === undefined ? '' : extensions[node.language]), node.content)
    }
  }
}
