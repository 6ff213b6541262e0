/** Conditions: Kubernetes' way of saying what is true, with reason and message. Pure set and read. */

export type ConditionStatus = 'True' | 'False' | 'Unknown'

export interface Condition {
  readonly type: ConditionType
  readonly status: ConditionStatus
  readonly observedGeneration?: number
  readonly reason: string
  readonly message: string
  /** ISO 8601; changes only when status does. */
  readonly lastTransitionTime: string
}

/** Ready is the summary. Reconciling and Stalled are present only while True (kstatus reads them so). The rest are details. */
export type ConditionType =
  | 'Ready'
  | 'Reconciling'
  | 'Stalled'
  | 'FleetAvailable'
  | 'SecretsSynced'
  | 'AccessSynced'
  | 'WorkersProbed'
  | 'Suspended'
  /** Only of Workshops whose source can be other than well, such as git. */
  | 'SourceReady'

/** What a caller knows of a condition; the time is filled in by `setConditions`. */
export type ConditionUpdate = Omit<Condition, 'lastTransitionTime'>

/** Merges `updates` over `current`: same status keeps its transition time, a new one is never given an earlier; types not in `updates` go away. Sorted by type order above. */
export function setConditions(
  current: readonly Condition[],
  updates: readonly ConditionUpdate[],
  now: string,
): readonly Condition[] {
  return updates.map((update) => {
    const before = current.find(({ type }) => type === update.type)
    if (!before) return { ...update, lastTransitionTime: now }
    const isSame = before.status === update.status
    // A clock that was set back must not make a change look older than the one before it.
    const isBack = Date.parse(now) < Date.parse(before.lastTransitionTime)
    return { ...update, lastTransitionTime: isSame || isBack ? before.lastTransitionTime : now }
  })
}

/** The status of one type, Unknown when it is not there. */
export function conditionStatus(conditions: readonly Condition[], type: ConditionType): ConditionStatus {
  return conditions.find((condition) => condition.type === type)?.status ?? 'Unknown'
}
