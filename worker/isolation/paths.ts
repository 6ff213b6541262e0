/** Where a session sees its folders, and the rewriting of worker paths into those. */
import type { Launch } from '../terminal/launch.ts'

/** Pairs of folder as the worker knows it and folder as the session sees it, innermost first. */
export type PathMap = readonly (readonly [from: string, to: string])[]

/** One value; also a list of paths joined by colons, such as PATH. */
export function seenText(text: string, map: PathMap): string {
  return text
    .split(':')
    .map((part) => {
      const pair = map.find(([from]) => part === from || part.startsWith(`${from}/`))
      return pair ? pair[1] + part.slice(pair[0].length) : part
    })
    .join(':')
}

/** The launch with every path as the session sees it, and TMPDIR set to `tmp`. */
export function seenLaunch(launch: Launch, map: PathMap, tmp: string): Launch {
  const env = Object.entries(launch.env).map(([name, value]) => [name, seenText(value, map)])
  return {
    file: seenText(launch.file, map),
    args: launch.args.map((arg) => seenText(arg, map)),
    env: { ...Object.fromEntries(env), TMPDIR: tmp },
    cwd: seenText(launch.cwd, map),
  }
}
