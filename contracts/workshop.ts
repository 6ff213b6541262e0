// Generated from crds/workshop.crd.yaml by npm run generate. Do not edit.

/** One coding-agent workshop on Databricks. The controller makes the app fleet, secrets, tokens and grants it describes true, and keeps them true. */
export interface Workshop {
  readonly apiVersion: 'vibeworkshop.dev/v1alpha1'
  readonly kind: 'Workshop'
  readonly metadata: WorkshopMetadata
  readonly spec: WorkshopSpec
  readonly status?: WorkshopStatus
}

/** The part of Kubernetes' ObjectMeta that the controller reads. */
export interface WorkshopMetadata {
  readonly name: string
  readonly namespace?: string
  readonly uid?: string
  readonly generation?: number
  readonly resourceVersion?: string
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly finalizers?: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** What should be true. Defaults are filled in. */
export interface WorkshopSpec {
  /** Stop acting and keep everything as it is. Looking and reporting go on. */
  readonly suspend: boolean
  /** Which workspace to act in; exactly one. Absent, the controller's own host and credentials. */
  readonly workspaceRef?: {
    /** A profile of the Databricks configuration file. Refused from Kubernetes. */
    readonly profile?: string
    /** A Secret beside the Workshop with host and token, or host, client_id and client_secret. Only in Kubernetes. */
    readonly secretRef?: {
      /** Name of the Secret. */
      readonly name: string
    }
  }
  /** Who takes part. One person is one e-mail address, compared without case. */
  readonly participants: {
    /** E-mail addresses. For more than 1000 people use usersFrom or groups. */
    readonly users: readonly string[]
    /** Rosters kept elsewhere, one address a line or a CSV with an email column. */
    readonly usersFrom: readonly {
      /** A path relative to the spec file. Refused from Kubernetes. */
      readonly file?: string
      /** A Secret beside the Workshop. Only in Kubernetes. */
      readonly secretRef?: {
        /** Name of the Secret. */
        readonly name: string
        /** Which of its keys holds the roster; users unless given. */
        readonly key?: string
      }
      /** A ConfigMap beside the Workshop. Only in Kubernetes. */
      readonly configMapRef?: {
        /** Name of the ConfigMap. */
        readonly name: string
        /** Which of its keys holds the roster; users unless given. */
        readonly key?: string
      }
    }[]
    /** Databricks groups, expanded with their nested groups at each deep look. */
    readonly groups: readonly string[]
    /** People who run the room. They may open the hub and every worker. */
    readonly facilitators: readonly string[]
  }
  /** What one person may open. */
  readonly sessions: {
    /** Sessions (terminals) that one person may have at once. */
    readonly perUser: number
    /** What a session may run. The first is the default. */
    readonly agents: readonly ('claude' | 'shell')[]
    /** A session without viewer, keystroke and agent output for this long is ended. */
    readonly idleTimeout: string
    /** auto takes the best that starts and, where only open is left, one person per worker; require-namespaces refuses sessions without bubblewrap; trusted lets people who trust one another share a worker without isolation. */
    readonly isolation: 'auto' | 'require-namespaces' | 'trusted'
  }
  /** The app fleet. */
  readonly workers: {
    /** Worker apps. The hub is one more. */
    readonly replicas: number
    /** Hard cap on the sessions of one worker. */
    readonly sessionsPerWorker: number
    /** Databricks Apps compute size of every worker. */
    readonly computeSize: 'MEDIUM' | 'LARGE'
    /** Apps are named <namePrefix>-hub and <namePrefix>-worker-1 and on. Default: metadata.name. The longest name must fit 30 characters. */
    readonly namePrefix?: string
    /** How a change reaches the workers. */
    readonly rollout: {
      /** Workers that may be unavailable at once during a change. */
      readonly maxUnavailable: number
      /** Stop the rollout when this many workers failed it. */
      readonly maxFailures: number
      /** Only workers with an ordinal above this are moved to a new revision. */
      readonly partition: number
      /** How long a cordoned worker may keep its sessions before it is changed. */
      readonly drainTimeout: string
    }
  }
  /** Where the workers' code comes from; exactly one. Default: the controller's own packaged worker. */
  readonly source: {
    /** The controller's own packaged worker. */
    readonly bundle?: Readonly<Record<string, never>>
    /** Deploy from a git repository. */
    readonly git?: {
      /** Repository address: https. A folder (file) or a server of this machine is for rehearsals against the emulator. */
      readonly url: string
      /** The newest commit of a branch, as it is when an app is deployed; a push alone redeploys nothing. A commit is safer for an event. */
      readonly branch?: string
      /** A tag. */
      readonly tag?: string
      /** A commit. */
      readonly commit?: string
      /** Folder inside the repository that holds app.yaml. */
      readonly path: string
    }
    /** An existing workspace folder that holds app.yaml. */
    readonly workspacePath?: string
  }
  /** Which model serves each agent. */
  readonly models: {
    /** Serving endpoint that answers Claude Code. */
    readonly claude: string
  }
  /** How workers reach the models. */
  readonly credentials: {
    /** Default: <namePrefix>-workshop. A scope that lacks our marker key is used but never deleted. */
    readonly secretScope?: string
    /** Key inside the scope. */
    readonly secretKey: string
    /** Name of the app resource; injected into workers as CLAUDE_API_TOKEN. */
    readonly resourceName: string
    /** Where the token comes from; exactly one, never a literal. */
    readonly token: {
      /** The controller issues one and renews it. */
      readonly issue?: {
        /** Lifetime of an issued token; at most 730d. */
        readonly lifetime: string
        /** Renew when less than this is left. */
        readonly renewBefore: string
      }
      /** Name of the controller's environment variable that holds it. Refused from Kubernetes. */
      readonly env?: string
      /** Path, relative to the spec file, of a file that holds it. Refused from Kubernetes. */
      readonly file?: string
      /** A Secret beside the Workshop that holds it. Only in Kubernetes. */
      readonly secretRef?: {
        /** Name of the Secret. */
        readonly name: string
        /** Which of its keys holds the token. */
        readonly key: string
      }
    }
  }
  /** Extra app resources for every worker, in the shape of the Apps API. */
  readonly resources: readonly ({
    /** Resource name. */
    readonly name: string
    /** What it is for. */
    readonly description?: string
    /** A SQL warehouse. */
    readonly sqlWarehouse?: {
      /** Warehouse id. */
      readonly id: string
      /** Granted to each worker. */
      readonly permission: 'CAN_USE' | 'CAN_MANAGE'
    }
    /** A model serving endpoint. */
    readonly servingEndpoint?: {
      /** Endpoint name. */
      readonly name: string
      /** Granted to each worker. */
      readonly permission: 'CAN_VIEW' | 'CAN_QUERY' | 'CAN_MANAGE'
    }
    /** A Unity Catalog volume. */
    readonly volume?: {
      /** catalog.schema.volume */
      readonly fullName: string
      /** Granted to each worker. */
      readonly permission: 'READ_VOLUME' | 'WRITE_VOLUME'
    }
  })[]
  /** Skills laid into every session's home, by folder name under skills/. */
  readonly skills: readonly string[]
  /** What participants see beside the terminal. */
  readonly guide?: {
    /** Heading. */
    readonly title: string
    /** The parts of the workshop, in order. */
    readonly challenges: readonly {
      /** Stable id. */
      readonly id: string
      /** Tab and heading. */
      readonly title: string
      /** Markdown. A fenced block marked prompt or shell gets a button that sends it to the current session. */
      readonly text: string
    }[]
  }
  /** What happens to the fleet when the Workshop goes. */
  readonly deletionPolicy: 'Delete' | 'Orphan'
  /** What happens to an app that already has a wanted name. IfOwned takes it when its marker names this Workshop and no participant made it. */
  readonly adoptionPolicy: 'Never' | 'IfOwned' | 'Force'
}

/** What is true, as last seen. Output only; nothing is decided from it. */
export interface WorkshopStatus {
  /** Generation of the spec that this status speaks of. */
  readonly observedGeneration?: number
  /** The one address for participants. */
  readonly url?: string
  /** Strings for printer columns. */
  readonly summary?: {
    /** Ready of wanted workers. */
    readonly workers?: string
    /** People on the roster. */
    readonly participants?: string
    /** Live of possible sessions. */
    readonly sessions?: string
  }
  /** Worker counts. */
  readonly workers?: {
    /** Wanted. */
    readonly desired?: number
    /** Existing. */
    readonly current?: number
    /** At the update revision. */
    readonly updated?: number
    /** Running and deployed. */
    readonly ready?: number
    /** Answering their probe. */
    readonly available?: number
  }
  /** Seats, in sessions. */
  readonly capacity?: {
    /** Seats of ready workers. */
    readonly total?: number
    /** Seats promised to people. */
    readonly allocated?: number
    /** Live sessions. */
    readonly active?: number
    /** Seats not promised. */
    readonly free?: number
  }
  /** One entry an app, hub first. */
  readonly fleet?: readonly {
    /** App name. */
    readonly name: string
    /** 0 for the hub. */
    readonly ordinal?: number
    /** Address. */
    readonly url?: string
    /** Ready, Progressing, Draining, Degraded, Missing or Unknown. */
    readonly state?: string
    /** Synced, Progressing, Drifted, Missing or Waiting. */
    readonly sync?: string
    /** Revision it runs. */
    readonly revision?: string
    /** Live sessions. */
    readonly sessions?: number
    /** Isolation level it reports. */
    readonly isolation?: string
    /** What to know about it. */
    readonly message?: string
  }[]
  /** The issued token, never its value. */
  readonly token?: {
    /** Token id. */
    readonly id?: string
    /** When it expires. */
    readonly expiresAt?: string
    /** When the controller will renew it. */
    readonly renewsAt?: string
  }
  /** Ready, Reconciling, Stalled and details. */
  readonly conditions?: readonly ({
    /** Condition type. */
    readonly type: string
    /** True, False or Unknown. */
    readonly status: 'True' | 'False' | 'Unknown'
    /** Generation it speaks of. */
    readonly observedGeneration?: number
    /** One word for programs. */
    readonly reason: string
    /** One sentence for people. */
    readonly message: string
    /** When status last changed. */
    readonly lastTransitionTime: string
  })[]
  /** What the WorkshopRoom says, as hub and workers are told. */
  readonly room?: {
    /** The announcement. */
    readonly announcement?: string
    /** When the room closes. */
    readonly closesAt?: string
  }
  /** Value of the reconcile-requested-at annotation that was handled last. */
  readonly lastHandledReconcileAt?: string
  /** Revision that most workers run. */
  readonly currentRevision?: string
  /** Revision that workers are moved to. */
  readonly updateRevision?: string
  /** What was made on the platform, for people and for pruning by hand. */
  readonly inventory?: readonly {
    /** App, SecretScope, Token or WorkspaceFolder. */
    readonly kind: string
    /** Name or id. */
    readonly name: string
  }[]
}
