/**
 * Text of a spec file to one plain value, with the line of every field. Takes less than YAML allows: one document,
 * no anchors (they make a spec hard to review and can blow up), no tags, no tabs. Pure.
 */
import { isMap, isNode, isScalar, isSeq, LineCounter, type ParsedNode, parseAllDocuments, visit } from 'yaml'
import type { Problem } from './errors.ts'
import type { FieldPath } from './field-path.ts'

/** Largest spec that is read, in characters: what Kubernetes would store (etcd's 1.5 MiB limit) with room for status. */
const maxCharacters = 1_048_576

export interface SpecText {
  readonly value: Readonly<Record<string, unknown>>
  /** 1-based line of the field, or of the nearest field around it that is written out. */
  readonly lineOf: (path: FieldPath) => number
}

/** Reads the text. Answers one problem, the first that a person has to mend, when it is not one plain mapping. */
export function readSpecText(text: string, file: string): SpecText | Problem {
  const problem = (code: Problem['code'], message: string, line?: number, fix?: string): Problem => ({
    code,
    message,
    where: file,
    ...(line === undefined ? {} : { lines: [line] }),
    ...(fix === undefined ? {} : { fix }),
  })
  if (text.length > maxCharacters) {
    const fix = 'keep long rosters in a file and name it under spec.participants.usersFrom'
    return problem('WO-1003', `the file has ${text.length} characters; ${maxCharacters} are read`, undefined, fix)
  }

  const lines = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter: lines, strict: true, uniqueKeys: true, prettyErrors: false })
  const lineAt = (offset: number) => Math.max(1, lines.linePos(offset).line)
  const [document] = documents
  if (document === undefined) return problem('WO-1003', 'the file is empty')

  const anchor = documents.map(firstAnchor).find((offset) => offset !== undefined)
  if (anchor !== undefined) {
    return problem('WO-1004', 'the file uses an anchor, an alias or a merge key', lineAt(anchor))
  }
  const [error] = documents.flatMap((each) => [...each.errors, ...each.warnings])
  if (error) {
    const tab = text.split('\n').findIndex((line) => /^ *\t/.test(line))
    if (tab >= 0) return problem('WO-1002', 'a line is indented with a tab', tab + 1, 'indent with spaces')
    return problem('WO-1002', firstSentence(error.message), lineAt(error.pos[0]))
  }
  const second = documents[1]
  if (second) {
    const message = `the file holds ${documents.length} documents`
    return problem('WO-1003', message, lineAt(second.range[0]), 'keep one Workshop per file')
  }
  const root = document.contents
  if (root === null || (isScalar(root) && root.value === null)) return problem('WO-1003', 'the file is empty')
  if (!isMap(root)) return problem('WO-1003', `the file holds ${isSeq(root) ? 'a list' : 'one value'}, not fields`, 1)

  return {
    value: document.toJS() as Readonly<Record<string, unknown>>,
    lineOf: (path) => lineAt(offsetOf(root as ParsedNode, path)),
  }
}

/** Where the first anchor, alias or merge key stands. */
function firstAnchor(document: ReturnType<typeof parseAllDocuments>[number]): number | undefined {
  let found: number | undefined
  visit(document as Parameters<typeof visit>[0], (_, node) => {
    const isOne = isNode(node) && (('source' in node && !isScalar(node)) || ('anchor' in node && node.anchor))
    if (!isOne) return
    found = node.range?.[0] ?? 0
    return visit.BREAK
  })
  return found
}

function offsetOf(root: ParsedNode, path: FieldPath): number {
  let node: unknown = root
  let offset = root.range[0]
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part))
      if (!pair) return offset
      offset = (isNode(pair.key) ? pair.key.range?.[0] : undefined) ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(part)]
      offset = (isNode(node) ? node.range?.[0] : undefined) ?? offset
    } else return offset
  }
  return offset
}

const firstSentence = (message: string) => message.split('\n')[0]?.replace(/\.$/, '') ?? message
