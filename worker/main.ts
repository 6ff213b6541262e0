/** Starts hub or worker from the environment and stops it in time when the platform asks. */
import { messageOf } from '@workshop/contracts/errors'
import { pino } from 'pino'
import { type Config, takeConfig } from './config.ts'
import { isProxyPeer, linuxPeerView, oncePerConnection } from './http/peer.ts'
import { startProgram } from './program.ts'
import { findProgramFiles } from './program-files.ts'

/** The platform kills 15 s after SIGTERM; we leave before, also when something hangs. */
const leaveAfterMs = 13_000

const logger = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime })

async function main(): Promise<void> {
  const config = takeConfig(process.env)
  const program = await startProgram({
    config,
    isProxy: proxyCheck(config),
    files: findProgramFiles(import.meta.dirname),
    logger,
  })
  logger.info({ app: config.appName, port: program.port }, 'listening')

  let leaving = false
  const leave = () => {
    if (leaving) return
    leaving = true
    logger.info('leaving')
    setTimeout(() => process.exit(1), leaveAfterMs).unref()
    void program.close().then(() => process.exit(0))
  }
  process.on('SIGTERM', leave)
  process.on('SIGINT', leave)
}

// A room full of terminals must not end because one request's promise was dropped; thrown errors still end the program.
process.on('unhandledRejection', (error) => logger.error({ err: error }, 'unhandled rejection'))

/** Under a loopback workspace everything is on this machine, so peers from elsewhere are strangers. */
function proxyCheck({ listenHost }: Config) {
  const view = linuxPeerView(process.ppid, listenHost === '0.0.0.0')
  return oncePerConnection((ends) => isProxyPeer(ends, view))
}

main().catch((error: unknown) => {
  logger.fatal({ problem: messageOf(error) }, 'cannot start')
  process.exit(1)
})
