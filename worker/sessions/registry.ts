/**
 * The sessions of this worker: who owns which, what state each is in, who may open one more. Every way to a session
 * goes through `owned`, the one place where ownership is checked.
 */
import { randomBytes } from 'node:crypto'
import { type Problem, WorkshopError } from '@workshop/contracts/errors'
import { closeCode } from '@workshop/contracts/terminal-protocol'
import type { CreateSession, Presence, SessionInfo, ShownSession } from '@workshop/contracts/worker-api'
import { admissionProblem } from './admission.ts'
import { hasIdled } from './idle.ts'
import type { RunningTerminal, SessionOrder, UploadFolder } from './launcher.ts'
import type { RegistryOptions, Seen, Session, Visitor } from './registry-entry.ts'
import { activityOf, isRunning, isShownTo } from './registry-entry.ts'
import { sessionsByPerson, shownSessions } from './tallies.ts'

/** SIGHUP first, so that agents and shells save their state; a participant who removes a session waits this long at most. */
const removeGraceMs = 2_000
/** Of the platform's 15 s between SIGTERM and SIGKILL, sessions get this much. */
const shutdownGraceMs = 5_000
export class SessionRegistry<T extends RunningTerminal> {
  readonly #sessions = new Map<string, Session<T>>()
  /** What is being started or taken down, and whose it is: until that is over it takes up a place. */
  readonly #underWay = new Map<Promise<unknown>, Session<T>>()
  readonly #residents = new Set<string>()
  readonly #options: RegistryOptions<T>
  #closing = false

  constructor(options: RegistryOptions<T>) {
    this.#options = options
  }

  /**
   * The session if it is this person's.
   * @throws WorkshopError WO-4005, the same for a foreign id as for an unknown one
   */
  owned(email: string, id: string): Session<T> {
    const session = this.#sessions.get(id)
    if (session && session.order.owner.email !== email) this.#options.onForeign(email)
    if (!session || session.order.owner.email !== email)
      throw new WorkshopError({ code: 'WO-4005', message: 'There is no session of yours with this id' })
    return session
  }

  /**
   * The session if this person may see it: its owner, or a facilitator whom its owner lets look on.
   * @throws WorkshopError WO-4005, as `owned`
   */
  seen(person: Visitor, id: string): Seen<T> {
    const session = this.#sessions.get(id)
    if (session && isShownTo(session, person)) return { session, as: 'view' }
    return { session: this.owned(person.email, id), as: 'control' }
  }

  /** May this person look on now, without owning it? */
  isShown(person: Visitor, id: string): boolean {
    const session = this.#sessions.get(id)
    return session !== undefined && isShownTo(session, person)
  }

  /** Facilitators may look on from now on, or no longer. @throws WorkshopError WO-4005 */
  letWatch(email: string, id: string, on: boolean): SessionInfo {
    const session = this.owned(email, id)
    session.watchable = on
    if (!on) session.terminal?.dropWatchers()
    return this.info(session)
  }

  /** Has back, as ended, what a crash of the worker interrupted. Once, before anybody is let in. */
  async restore(): Promise<void> {
    for (const saved of await this.#options.launcher.saved()) {
      const exit = await saved.terminal.ended
      this.#sessions.set(saved.order.id, {
        ...saved,
        state: 'exited',
        endedAt: this.#options.now(),
        exit,
        watchable: false,
      })
      this.#residents.add(saved.order.owner.email)
    }
  }

  /** Own sessions, oldest first. */
  list(email: string): readonly SessionInfo[] {
    return this.#all()
      .filter(({ order }) => order.owner.email === email)
      .map((session) => this.info(session))
  }

  /**
   * Opens a session; it appears in the list as `preparing` at once, so that two requests cannot pass one cap.
   * @throws WorkshopError WO-4003, WO-4004, WO-4007, WO-4008, WO-4009, WO-4013 refused; WO-4030 (or the cause's own code) failed
   */
  async create(owner: SessionOrder['owner'], { agent, title, cols, rows }: CreateSession): Promise<SessionInfo> {
    this.#refuse(this.#admission(owner.email, agent))
    const order = { id: newId(), owner, agent, cols: cols ?? 80, rows: rows ?? 24 }
    const session: Session<T> = {
      order,
      name: title ?? '',
      createdAt: this.#options.now(),
      state: 'preparing',
      endedAt: undefined,
      exit: undefined,
      terminal: undefined,
      watchable: false,
    }
    this.#sessions.set(order.id, session)
    this.#residents.add(owner.email)
    try {
      await this.#track(session, this.#start(session))
    } catch (cause) {
      this.#sessions.delete(order.id)
      await this.#options.launcher.discard(order).catch(this.#options.onProblem)
      throw notStarted(cause)
    }
    return this.info(session)
  }

  /**
   * Runs an ended session's program again in the same home.
   * @throws WorkshopError WO-4005 not theirs, WO-4009 still running, else as `create`
   */
  async restart(email: string, id: string): Promise<SessionInfo> {
    const session = this.owned(email, id)
    if (session.state !== 'exited')
      throw new WorkshopError({
        code: 'WO-4009',
        message: 'The session is running; only an ended one can be restarted',
      })
    this.#refuse(this.#admission(email, session.order.agent, session))
    session.state = 'preparing'
    session.terminal?.close(closeCode.restarting)
    session.terminal = undefined
    try {
      await this.#track(session, this.#launch(session))
    } catch (cause) {
      session.state = 'exited'
      throw notStarted(cause)
    }
    return this.info(session)
  }

  /** Ends the session with its whole process tree and takes back its key and home. @throws WorkshopError WO-4005 */
  async remove(email: string, id: string): Promise<void> {
    await this.#discard(this.owned(email, id), 'removed')
  }

  /** Where files for a session go. @throws WorkshopError WO-4005 */
  uploads(email: string, id: string): UploadFolder {
    return this.#options.launcher.uploads(this.owned(email, id).order)
  }

  /** Sessions pin their person to this worker: running ones, and those that have ended and can be restarted here. */
  pins(email: string): boolean {
    const mayRestart = !this.#options.isDraining()
    return this.#all().some((session) => session.order.owner.email === email && (mayRestart || isRunning(session)))
  }

  /** Sessions by person, most live ones first. */
  people(): readonly Presence[] {
    return sessionsByPerson(this.#all())
  }

  /** Live sessions whose owners let facilitators look on. */
  shown(): readonly ShownSession[] {
    return shownSessions(this.#all(), (agent) => this.#options.launcher.titleOf(agent))
  }

  liveCount(): number {
    return this.#all().filter(isRunning).length
  }

  viewerCount(): number {
    return this.#all().reduce((sum, { terminal }) => sum + (terminal?.viewers() ?? 0), 0)
  }

  /** Ends what nobody looked at, typed into or heard from for the idle time. Call it now and then. */
  async sweep(): Promise<void> {
    const idleMs = this.#options.rules()?.idleTimeoutMs
    if (idleMs === undefined) return
    const idle = this.#all().filter((session) => hasIdled(activityOf(session), idleMs, this.#options.now()))
    await Promise.all(idle.map((session) => this.#discard(session, 'idle')))
  }

  /** Ends everything, telling viewers to come back, and waits for removals that others began: for the worker's own end. */
  async close(): Promise<void> {
    this.#closing = true
    for (const { terminal } of this.#all()) terminal?.announceDraining()
    await Promise.all(
      this.#all().map((session) => this.#discard(session, 'removed', shutdownGraceMs, closeCode.restarting)),
    )
    await Promise.allSettled(this.#underWay.keys())
  }

  /** What the API says of a session. */
  info({ order, name, createdAt, state, exit, terminal, watchable }: Session<T>): SessionInfo {
    const lastOutputAt = terminal?.lastOutputAt()
    return {
      id: order.id,
      agent: order.agent,
      title: name || terminal?.title() || this.#options.launcher.titleOf(order.agent),
      state,
      createdAt: new Date(createdAt).toISOString(),
      ...(lastOutputAt === undefined ? {} : { lastOutputAt: new Date(lastOutputAt).toISOString() }),
      ...(exit ? { exit } : {}),
      viewers: terminal?.viewers() ?? 0,
      watchable,
      isolation: this.#options.launcher.isolation.level,
    }
  }

  #all(): readonly Session<T>[] {
    return [...this.#sessions.values()]
  }

  #admission(email: string, agent: CreateSession['agent'], restarted?: Session<T>): Problem | undefined {
    const { rules, launcher, isDraining, closesAt, now } = this.#options
    const inForce = rules()
    if (!inForce) return { code: 'WO-4011', message: 'The rules of this workshop are not known yet' }
    const others = [...new Set([...this.#all(), ...this.#underWay.values()])].filter((session) => session !== restarted)
    return admissionProblem({
      email,
      agent,
      rules: inForce,
      sessions: others.map((session) => ({ email: session.order.owner.email, running: isRunning(session) })),
      residents: [...this.#residents],
      isolation: launcher.isolation.level,
      draining: isDraining() || this.#closing,
      closesAt: closesAt?.(),
      now: now(),
    })
  }

  #refuse(problem: Problem | undefined): void {
    if (problem) throw new WorkshopError(problem)
  }

  async #track<Result>(session: Session<T>, work: Promise<Result>): Promise<Result> {
    this.#underWay.set(work, session)
    try {
      return await work
    } finally {
      this.#underWay.delete(work)
    }
  }

  async #start(session: Session<T>): Promise<void> {
    await this.#options.launcher.prepare(session.order, session)
    await this.#launch(session)
  }

  async #launch(session: Session<T>): Promise<void> {
    const terminal = await this.#options.launcher.launch(session.order)
    if (this.#closing || this.#sessions.get(session.order.id) !== session) {
      await terminal.stop(0)
      terminal.close(closeCode.restarting)
      throw new WorkshopError({ code: 'WO-4008', message: 'The session was ended while it started' })
    }
    session.terminal = terminal
    session.state = 'live'
    session.exit = undefined
    session.endedAt = undefined
    void terminal.ended.then((exit) => this.#ended(session, terminal, exit))
  }

  #ended(session: Session<T>, terminal: T, exit: { readonly code: number; readonly signal: number }): void {
    if (session.terminal !== terminal || this.#sessions.get(session.order.id) !== session) return
    session.state = 'exited'
    session.exit = exit
    session.endedAt = this.#options.now()
    void terminal.stop(0).catch(this.#options.onProblem)
    this.#options.onEnd(session.order, 'exit')
  }

  async #discard(
    session: Session<T>,
    why: 'idle' | 'removed',
    graceMs = removeGraceMs,
    code: number = closeCode.ended,
  ): Promise<void> {
    if (!this.#sessions.delete(session.order.id)) return
    await this.#track(session, this.#takeDown(session, graceMs, code))
    this.#options.onEnd(session.order, why)
  }

  async #takeDown({ order, terminal }: Session<T>, graceMs: number, code: number): Promise<void> {
    const { onProblem, launcher } = this.#options
    await terminal?.stop(graceMs).catch(onProblem)
    terminal?.close(code)
    await launcher.discard(order).catch(onProblem)
  }
}

/** 128 random bits. */
const newId = () => randomBytes(16).toString('hex')

function notStarted(cause: unknown): WorkshopError {
  if (cause instanceof WorkshopError) return cause
  return new WorkshopError({ code: 'WO-4030', message: 'The session could not be prepared' }, { cause })
}
