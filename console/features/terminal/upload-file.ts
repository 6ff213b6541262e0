/** Brings files from this page to a session, one at a time, with progress. */
import type { ErrorBody } from '@workshop/contracts/errors'
import { type UploadedFile, unfitInNames, uploadLimits, uploadPath } from '@workshop/contracts/worker-api'

/** A file under way or just done. */
export interface UploadProgress {
  readonly name: string
  /** 0 to 1. */
  readonly share: number
}

const fallbackName = 'file'
const unfit = new RegExp(unfitInNames, 'g')

/** A name that the worker takes, as close to `name` as can be; the ending stays. */
export function uploadName(name: string): string {
  const clean = name
    .normalize('NFC')
    .replace(unfit, '')
    .replace(/^[\s.\-~]+|[\s.]+$/g, '')
  if (clean === '') return fallbackName
  if (clean.length <= uploadLimits.maxName) return clean
  const ending = /\.[\w-]{1,12}$/.exec(clean)?.[0] ?? ''
  return clean.slice(0, uploadLimits.maxName - ending.length).trimEnd() + ending
}

/** A picture on the clipboard has no name of its own. `now` is local time. */
export function pictureName(type: string, now: Date): string {
  const ending = /^image\/(png|jpeg|gif|webp)$/.exec(type)?.[1] ?? 'png'
  const two = (value: number) => String(value).padStart(2, '0')
  return `pasted-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}.${ending}`
}

/** A path as a shell takes it for one word. */
export function shellWord(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}

/**
 * Sends one file. Rejects with a sentence for people.
 * @param told is called as the bytes go
 */
export function uploadFile(
  session: string,
  name: string,
  file: Blob,
  told: (share: number) => void,
): Promise<UploadedFile> {
  if (file.size > uploadLimits.maxFile) {
    return Promise.reject(new Error(`${name} is larger than ${uploadLimits.maxFile / 1_048_576} MB`))
  }
  // fetch cannot tell how much of a body has gone out.
  const request = new XMLHttpRequest()
  return new Promise((resolve, reject) => {
    request.upload.onprogress = ({ loaded, total }) => told(total > 0 ? loaded / total : 0)
    request.onload = () => {
      if (request.status === 201) resolve(JSON.parse(request.responseText) as UploadedFile)
      else reject(new Error(`${name} was not taken: ${reasonOf(request)}`))
    }
    request.onerror = () => reject(new Error(`${name} was not taken: the connection was cut`))
    request.open('PUT', uploadPath(session, encodeURIComponent(name)))
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.send(file)
  })
}

function reasonOf({ status, responseText }: XMLHttpRequest): string {
  try {
    return (JSON.parse(responseText) as ErrorBody).error.message
  } catch {
    return `the worker answered ${status}`
  }
}
