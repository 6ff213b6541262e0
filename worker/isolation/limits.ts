/** Limits of one session, set by a few lines of shell in front of the program. */
import type { Launch } from '../terminal/launch.ts'

/**
 * Processes and threads of one session. Counts per user namespace, so it holds only inside bubblewrap; the kernel
 * never applies it to root, so not on a worker that runs as root.
 */
const processes = 512
const openFiles = 4096
/** 2 GiB in the 512-byte blocks of POSIX `ulimit -f`. */
const fileBlocks = 4_194_304
/** Added to what the kernel's out-of-memory choice thinks of a session, so that the worker goes last. */
const oomScore = 500

/** `dash` calls the process limit -p, `bash` -u. A limit that cannot be set is no reason not to start. */
function script(withProcessLimit: boolean): string {
  return [
    'ulimit -c 0 2>/dev/null',
    `ulimit -n ${openFiles} 2>/dev/null`,
    `ulimit -f ${fileBlocks} 2>/dev/null`,
    ...(withProcessLimit ? [`ulimit -u ${processes} 2>/dev/null || ulimit -p ${processes} 2>/dev/null`] : []),
    `{ echo ${oomScore} > /proc/self/oom_score_adj; } 2>/dev/null`,
    'exec nice -n 10 "$@"',
  ].join('\n')
}

/**
 * The same program under limits and at lower priority. The process limit is left out where sessions share one user
 * with the worker: there it would count everybody's processes, and one fork bomb would stop all others.
 */
export function withLimits(launch: Launch, options: { readonly ownUserNamespace: boolean }): Launch {
  return {
    ...launch,
    file: '/bin/sh',
    args: ['-c', script(options.ownUserNamespace), 'sh', launch.file, ...launch.args],
  }
}
