// Generated from crds/workshop.crd.yaml by npm run generate. Do not edit.
import type { Schema } from './schema.ts'

/** The openAPIV3Schema of Workshop v1alpha1. */
export const crdSchema: Schema = {
 "type": "object",
 "description": "One coding-agent workshop on Databricks. The controller makes the app fleet, secrets, tokens and grants it describes true, and keeps them true.",
 "required": [
  "spec"
 ],
 "x-kubernetes-validations": [
  {
   "rule": "(has(self.spec.workers.namePrefix) ? self.spec.workers.namePrefix : self.metadata.name) == (has(oldSelf.spec.workers.namePrefix) ? oldSelf.spec.workers.namePrefix : oldSelf.metadata.name)",
   "message": "spec.workers.namePrefix names the apps and cannot be changed; delete the Workshop and make another"
  }
 ],
 "properties": {
  "apiVersion": {
   "type": "string",
   "description": "Always vibeworkshop.dev/v1alpha1."
  },
  "kind": {
   "type": "string",
   "description": "Always Workshop."
  },
  "metadata": {
   "type": "object"
  },
  "spec": {
   "type": "object",
   "description": "What should be true.",
   "required": [
    "participants"
   ],
   "properties": {
    "suspend": {
     "type": "boolean",
     "default": false,
     "description": "Stop acting and keep everything as it is. Looking and reporting go on."
    },
    "workspaceRef": {
     "type": "object",
     "description": "Which workspace to act in; exactly one. Absent, the controller's own host and credentials.",
     "x-kubernetes-validations": [
      {
       "rule": "(has(self.profile) ? 1 : 0) + (has(self.secretRef) ? 1 : 0) == 1",
       "message": "exactly one of profile and secretRef"
      }
     ],
     "properties": {
      "profile": {
       "type": "string",
       "minLength": 1,
       "maxLength": 128,
       "description": "A profile of the Databricks configuration file. Refused from Kubernetes."
      },
      "secretRef": {
       "type": "object",
       "description": "A Secret beside the Workshop with host and token, or host, client_id and client_secret. Only in Kubernetes.",
       "required": [
        "name"
       ],
       "properties": {
        "name": {
         "type": "string",
         "minLength": 1,
         "maxLength": 253,
         "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
         "description": "Name of the Secret."
        }
       }
      }
     }
    },
    "participants": {
     "type": "object",
     "description": "Who takes part. One person is one e-mail address, compared without case.",
     "x-kubernetes-validations": [
      {
       "rule": "size(self.users) + size(self.usersFrom) + size(self.groups) > 0",
       "message": "name at least one of users, usersFrom or groups"
      }
     ],
     "properties": {
      "users": {
       "type": "array",
       "default": [],
       "maxItems": 1000,
       "description": "E-mail addresses. For more than 1000 people use usersFrom or groups.",
       "items": {
        "type": "string",
        "minLength": 3,
        "maxLength": 254,
        "pattern": "^[^@\\s]+@[^@\\s]+$"
       }
      },
      "usersFrom": {
       "type": "array",
       "default": [],
       "maxItems": 10,
       "description": "Rosters kept elsewhere, one address a line or a CSV with an email column.",
       "items": {
        "type": "object",
        "x-kubernetes-validations": [
         {
          "rule": "(has(self.file) ? 1 : 0) + (has(self.secretRef) ? 1 : 0) + (has(self.configMapRef) ? 1 : 0) == 1",
          "message": "exactly one of file, secretRef and configMapRef"
         }
        ],
        "properties": {
         "file": {
          "type": "string",
          "minLength": 1,
          "maxLength": 512,
          "description": "A path relative to the spec file. Refused from Kubernetes."
         },
         "secretRef": {
          "type": "object",
          "description": "A Secret beside the Workshop. Only in Kubernetes.",
          "required": [
           "name"
          ],
          "properties": {
           "name": {
            "type": "string",
            "minLength": 1,
            "maxLength": 253,
            "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
            "description": "Name of the Secret."
           },
           "key": {
            "type": "string",
            "minLength": 1,
            "maxLength": 253,
            "pattern": "^[-._a-zA-Z0-9]+$",
            "description": "Which of its keys holds the roster; users unless given."
           }
          }
         },
         "configMapRef": {
          "type": "object",
          "description": "A ConfigMap beside the Workshop. Only in Kubernetes.",
          "required": [
           "name"
          ],
          "properties": {
           "name": {
            "type": "string",
            "minLength": 1,
            "maxLength": 253,
            "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
            "description": "Name of the ConfigMap."
           },
           "key": {
            "type": "string",
            "minLength": 1,
            "maxLength": 253,
            "pattern": "^[-._a-zA-Z0-9]+$",
            "description": "Which of its keys holds the roster; users unless given."
           }
          }
         }
        }
       }
      },
      "groups": {
       "type": "array",
       "default": [],
       "maxItems": 50,
       "description": "Databricks groups, expanded with their nested groups at each deep look.",
       "items": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
       }
      },
      "facilitators": {
       "type": "array",
       "default": [],
       "maxItems": 100,
       "description": "People who run the room. They may open the hub and every worker.",
       "items": {
        "type": "string",
        "minLength": 3,
        "maxLength": 254,
        "pattern": "^[^@\\s]+@[^@\\s]+$"
       }
      }
     }
    },
    "sessions": {
     "type": "object",
     "default": {},
     "description": "What one person may open.",
     "properties": {
      "perUser": {
       "type": "integer",
       "minimum": 1,
       "maximum": 20,
       "default": 3,
       "description": "Sessions (terminals) that one person may have at once."
      },
      "agents": {
       "type": "array",
       "default": [
        "claude",
        "shell"
       ],
       "minItems": 1,
       "maxItems": 8,
       "description": "What a session may run. The first is the default.",
       "items": {
        "type": "string",
        "enum": [
         "claude",
         "shell"
        ]
       }
      },
      "idleTimeout": {
       "type": "string",
       "pattern": "^([0-9]+[dhms])+$",
       "maxLength": 20,
       "default": "24h",
       "description": "A session without viewer, keystroke and agent output for this long is ended."
      },
      "isolation": {
       "type": "string",
       "enum": [
        "auto",
        "require-namespaces",
        "trusted"
       ],
       "default": "auto",
       "description": "auto takes the best that starts and, where only open is left, one person per worker; require-namespaces refuses sessions without bubblewrap; trusted lets people who trust one another share a worker without isolation."
      }
     }
    },
    "workers": {
     "type": "object",
     "default": {},
     "description": "The app fleet.",
     "properties": {
      "replicas": {
       "type": "integer",
       "minimum": 1,
       "maximum": 99,
       "default": 1,
       "description": "Worker apps. The hub is one more."
      },
      "sessionsPerWorker": {
       "type": "integer",
       "minimum": 1,
       "maximum": 100,
       "default": 30,
       "description": "Hard cap on the sessions of one worker."
      },
      "computeSize": {
       "type": "string",
       "enum": [
        "MEDIUM",
        "LARGE"
       ],
       "default": "MEDIUM",
       "description": "Databricks Apps compute size of every worker."
      },
      "namePrefix": {
       "type": "string",
       "minLength": 1,
       "maxLength": 20,
       "pattern": "^[a-z]([a-z0-9-]*[a-z0-9])?$",
       "description": "Apps are named <namePrefix>-hub and <namePrefix>-worker-1 and on. Default: metadata.name. The longest name must fit 30 characters."
      },
      "rollout": {
       "type": "object",
       "default": {},
       "description": "How a change reaches the workers.",
       "properties": {
        "maxUnavailable": {
         "type": "integer",
         "minimum": 1,
         "maximum": 99,
         "default": 1,
         "description": "Workers that may be unavailable at once during a change."
        },
        "maxFailures": {
         "type": "integer",
         "minimum": 1,
         "maximum": 99,
         "default": 1,
         "description": "Stop the rollout when this many workers failed it."
        },
        "partition": {
         "type": "integer",
         "minimum": 0,
         "maximum": 99,
         "default": 0,
         "description": "Only workers with an ordinal above this are moved to a new revision."
        },
        "drainTimeout": {
         "type": "string",
         "pattern": "^([0-9]+[dhms])+$",
         "maxLength": 20,
         "default": "10m",
         "description": "How long a cordoned worker may keep its sessions before it is changed."
        }
       }
      }
     }
    },
    "source": {
     "type": "object",
     "default": {
      "bundle": {}
     },
     "description": "Where the workers' code comes from; exactly one. Default: the controller's own packaged worker.",
     "x-kubernetes-validations": [
      {
       "rule": "(has(self.bundle) ? 1 : 0) + (has(self.git) ? 1 : 0) + (has(self.workspacePath) ? 1 : 0) == 1",
       "message": "exactly one of bundle, git and workspacePath"
      }
     ],
     "properties": {
      "bundle": {
       "type": "object",
       "description": "The controller's own packaged worker."
      },
      "git": {
       "type": "object",
       "description": "Deploy from a git repository.",
       "required": [
        "url"
       ],
       "x-kubernetes-validations": [
        {
         "rule": "(has(self.branch) ? 1 : 0) + (has(self.tag) ? 1 : 0) + (has(self.commit) ? 1 : 0) == 1",
         "message": "exactly one of branch, tag and commit"
        }
       ],
       "properties": {
        "url": {
         "type": "string",
         "pattern": "^(https://|file:///|http://(localhost|127[.]0[.]0[.]1)[:/])[^\\s]+$",
         "maxLength": 512,
         "description": "Repository address: https. A folder (file) or a server of this machine is for rehearsals against the emulator."
        },
        "branch": {
         "type": "string",
         "minLength": 1,
         "maxLength": 255,
         "description": "The newest commit of a branch, as it is when an app is deployed; a push alone redeploys nothing. A commit is safer for an event."
        },
        "tag": {
         "type": "string",
         "minLength": 1,
         "maxLength": 255,
         "description": "A tag."
        },
        "commit": {
         "type": "string",
         "pattern": "^[0-9a-f]{7,64}$",
         "maxLength": 64,
         "description": "A commit."
        },
        "path": {
         "type": "string",
         "maxLength": 512,
         "default": ".",
         "description": "Folder inside the repository that holds app.yaml."
        }
       }
      },
      "workspacePath": {
       "type": "string",
       "pattern": "^/Workspace/[^\\s].*$",
       "maxLength": 1024,
       "description": "An existing workspace folder that holds app.yaml."
      }
     }
    },
    "models": {
     "type": "object",
     "default": {},
     "description": "Which model serves each agent.",
     "properties": {
      "claude": {
       "type": "string",
       "minLength": 1,
       "maxLength": 128,
       "default": "databricks-claude-opus-4-6",
       "description": "Serving endpoint that answers Claude Code."
      }
     }
    },
    "credentials": {
     "type": "object",
     "default": {},
     "description": "How workers reach the models.",
     "properties": {
      "secretScope": {
       "type": "string",
       "minLength": 1,
       "maxLength": 128,
       "pattern": "^[A-Za-z0-9_.@-]+$",
       "description": "Default: <namePrefix>-workshop. A scope that lacks our marker key is used but never deleted."
      },
      "secretKey": {
       "type": "string",
       "minLength": 1,
       "maxLength": 128,
       "pattern": "^[A-Za-z0-9_.@-]+$",
       "default": "claude-api-token",
       "description": "Key inside the scope."
      },
      "resourceName": {
       "type": "string",
       "minLength": 2,
       "maxLength": 30,
       "pattern": "^[a-z0-9-]+$",
       "default": "claude-pat",
       "description": "Name of the app resource; injected into workers as CLAUDE_API_TOKEN."
      },
      "token": {
       "type": "object",
       "default": {
        "issue": {}
       },
       "description": "Where the token comes from; exactly one, never a literal.",
       "x-kubernetes-validations": [
        {
         "rule": "(has(self.issue) ? 1 : 0) + (has(self.env) ? 1 : 0) + (has(self.file) ? 1 : 0) + (has(self.secretRef) ? 1 : 0) == 1",
         "message": "exactly one of issue, secretRef, env and file"
        }
       ],
       "properties": {
        "issue": {
         "type": "object",
         "description": "The controller issues one and renews it.",
         "properties": {
          "lifetime": {
           "type": "string",
           "pattern": "^([0-9]+[dhms])+$",
           "maxLength": 20,
           "default": "90d",
           "description": "Lifetime of an issued token; at most 730d."
          },
          "renewBefore": {
           "type": "string",
           "pattern": "^([0-9]+[dhms])+$",
           "maxLength": 20,
           "default": "14d",
           "description": "Renew when less than this is left."
          }
         }
        },
        "env": {
         "type": "string",
         "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
         "maxLength": 128,
         "description": "Name of the controller's environment variable that holds it. Refused from Kubernetes."
        },
        "file": {
         "type": "string",
         "minLength": 1,
         "maxLength": 512,
         "description": "Path, relative to the spec file, of a file that holds it. Refused from Kubernetes."
        },
        "secretRef": {
         "type": "object",
         "description": "A Secret beside the Workshop that holds it. Only in Kubernetes.",
         "required": [
          "name"
         ],
         "properties": {
          "name": {
           "type": "string",
           "minLength": 1,
           "maxLength": 253,
           "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
           "description": "Name of the Secret."
          },
          "key": {
           "type": "string",
           "minLength": 1,
           "maxLength": 253,
           "pattern": "^[-._a-zA-Z0-9]+$",
           "default": "token",
           "description": "Which of its keys holds the token."
          }
         }
        }
       }
      }
     }
    },
    "resources": {
     "type": "array",
     "default": [],
     "maxItems": 20,
     "description": "Extra app resources for every worker, in the shape of the Apps API.",
     "items": {
      "type": "object",
      "required": [
       "name"
      ],
      "x-kubernetes-validations": [
       {
        "rule": "(has(self.sqlWarehouse) ? 1 : 0) + (has(self.servingEndpoint) ? 1 : 0) + (has(self.volume) ? 1 : 0) == 1",
        "message": "exactly one of sqlWarehouse, servingEndpoint and volume"
       }
      ],
      "properties": {
       "name": {
        "type": "string",
        "minLength": 2,
        "maxLength": 30,
        "pattern": "^[a-z0-9-]+$",
        "description": "Resource name."
       },
       "description": {
        "type": "string",
        "maxLength": 200,
        "description": "What it is for."
       },
       "sqlWarehouse": {
        "type": "object",
        "description": "A SQL warehouse.",
        "required": [
         "id",
         "permission"
        ],
        "properties": {
         "id": {
          "type": "string",
          "minLength": 1,
          "maxLength": 128,
          "description": "Warehouse id."
         },
         "permission": {
          "type": "string",
          "enum": [
           "CAN_USE",
           "CAN_MANAGE"
          ],
          "description": "Granted to each worker."
         }
        }
       },
       "servingEndpoint": {
        "type": "object",
        "description": "A model serving endpoint.",
        "required": [
         "name",
         "permission"
        ],
        "properties": {
         "name": {
          "type": "string",
          "minLength": 1,
          "maxLength": 128,
          "description": "Endpoint name."
         },
         "permission": {
          "type": "string",
          "enum": [
           "CAN_VIEW",
           "CAN_QUERY",
           "CAN_MANAGE"
          ],
          "description": "Granted to each worker."
         }
        }
       },
       "volume": {
        "type": "object",
        "description": "A Unity Catalog volume.",
        "required": [
         "fullName",
         "permission"
        ],
        "properties": {
         "fullName": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255,
          "description": "catalog.schema.volume"
         },
         "permission": {
          "type": "string",
          "enum": [
           "READ_VOLUME",
           "WRITE_VOLUME"
          ],
          "description": "Granted to each worker."
         }
        }
       }
      }
     }
    },
    "skills": {
     "type": "array",
     "default": [],
     "maxItems": 50,
     "description": "Skills laid into every session's home, by folder name under skills/.",
     "items": {
      "type": "string",
      "minLength": 1,
      "maxLength": 64,
      "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"
     }
    },
    "guide": {
     "type": "object",
     "description": "What participants see beside the terminal.",
     "required": [
      "challenges"
     ],
     "properties": {
      "title": {
       "type": "string",
       "maxLength": 120,
       "default": "Build it with agents",
       "description": "Heading."
      },
      "challenges": {
       "type": "array",
       "minItems": 1,
       "maxItems": 12,
       "description": "The parts of the workshop, in order.",
       "items": {
        "type": "object",
        "required": [
         "id",
         "title",
         "text"
        ],
        "properties": {
         "id": {
          "type": "string",
          "minLength": 1,
          "maxLength": 40,
          "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
          "description": "Stable id."
         },
         "title": {
          "type": "string",
          "minLength": 1,
          "maxLength": 80,
          "description": "Tab and heading."
         },
         "text": {
          "type": "string",
          "minLength": 1,
          "maxLength": 20000,
          "description": "Markdown. A fenced block marked prompt or shell gets a button that sends it to the current session."
         }
        }
       }
      }
     }
    },
    "deletionPolicy": {
     "type": "string",
     "enum": [
      "Delete",
      "Orphan"
     ],
     "default": "Delete",
     "description": "What happens to the fleet when the Workshop goes."
    },
    "adoptionPolicy": {
     "type": "string",
     "enum": [
      "Never",
      "IfOwned",
      "Force"
     ],
     "default": "IfOwned",
     "description": "What happens to an app that already has a wanted name. IfOwned takes it when its marker names this Workshop and no participant made it."
    }
   }
  },
  "status": {
   "type": "object",
   "default": {
    "observedGeneration": -1
   },
   "description": "What is true, as last seen. Output only; nothing is decided from it.",
   "properties": {
    "observedGeneration": {
     "type": "integer",
     "format": "int64",
     "description": "Generation of the spec that this status speaks of."
    },
    "url": {
     "type": "string",
     "maxLength": 2048,
     "description": "The one address for participants."
    },
    "summary": {
     "type": "object",
     "description": "Strings for printer columns.",
     "properties": {
      "workers": {
       "type": "string",
       "maxLength": 32,
       "description": "Ready of wanted workers."
      },
      "participants": {
       "type": "string",
       "maxLength": 32,
       "description": "People on the roster."
      },
      "sessions": {
       "type": "string",
       "maxLength": 32,
       "description": "Live of possible sessions."
      }
     }
    },
    "workers": {
     "type": "object",
     "description": "Worker counts.",
     "properties": {
      "desired": {
       "type": "integer",
       "description": "Wanted."
      },
      "current": {
       "type": "integer",
       "description": "Existing."
      },
      "updated": {
       "type": "integer",
       "description": "At the update revision."
      },
      "ready": {
       "type": "integer",
       "description": "Running and deployed."
      },
      "available": {
       "type": "integer",
       "description": "Answering their probe."
      }
     }
    },
    "capacity": {
     "type": "object",
     "description": "Seats, in sessions.",
     "properties": {
      "total": {
       "type": "integer",
       "description": "Seats of ready workers."
      },
      "allocated": {
       "type": "integer",
       "description": "Seats promised to people."
      },
      "active": {
       "type": "integer",
       "description": "Live sessions."
      },
      "free": {
       "type": "integer",
       "description": "Seats not promised."
      }
     }
    },
    "fleet": {
     "type": "array",
     "maxItems": 100,
     "description": "One entry an app, hub first.",
     "x-kubernetes-list-type": "map",
     "x-kubernetes-list-map-keys": [
      "name"
     ],
     "items": {
      "type": "object",
      "required": [
       "name"
      ],
      "properties": {
       "name": {
        "type": "string",
        "maxLength": 64,
        "description": "App name."
       },
       "ordinal": {
        "type": "integer",
        "description": "0 for the hub."
       },
       "url": {
        "type": "string",
        "maxLength": 2048,
        "description": "Address."
       },
       "state": {
        "type": "string",
        "maxLength": 32,
        "description": "Ready, Progressing, Draining, Degraded, Missing or Unknown."
       },
       "sync": {
        "type": "string",
        "maxLength": 32,
        "description": "Synced, Progressing, Drifted, Missing or Waiting."
       },
       "revision": {
        "type": "string",
        "maxLength": 64,
        "description": "Revision it runs."
       },
       "sessions": {
        "type": "integer",
        "description": "Live sessions."
       },
       "isolation": {
        "type": "string",
        "maxLength": 32,
        "description": "Isolation level it reports."
       },
       "message": {
        "type": "string",
        "maxLength": 1024,
        "description": "What to know about it."
       }
      }
     }
    },
    "token": {
     "type": "object",
     "description": "The issued token, never its value.",
     "properties": {
      "id": {
       "type": "string",
       "maxLength": 128,
       "description": "Token id."
      },
      "expiresAt": {
       "type": "string",
       "format": "date-time",
       "description": "When it expires."
      },
      "renewsAt": {
       "type": "string",
       "format": "date-time",
       "description": "When the controller will renew it."
      }
     }
    },
    "conditions": {
     "type": "array",
     "maxItems": 20,
     "description": "Ready, Reconciling, Stalled and details.",
     "x-kubernetes-list-type": "map",
     "x-kubernetes-list-map-keys": [
      "type"
     ],
     "items": {
      "type": "object",
      "required": [
       "type",
       "status",
       "reason",
       "message",
       "lastTransitionTime"
      ],
      "properties": {
       "type": {
        "type": "string",
        "maxLength": 316,
        "description": "Condition type."
       },
       "status": {
        "type": "string",
        "enum": [
         "True",
         "False",
         "Unknown"
        ],
        "description": "True, False or Unknown."
       },
       "observedGeneration": {
        "type": "integer",
        "format": "int64",
        "description": "Generation it speaks of."
       },
       "reason": {
        "type": "string",
        "maxLength": 1024,
        "description": "One word for programs."
       },
       "message": {
        "type": "string",
        "maxLength": 32768,
        "description": "One sentence for people."
       },
       "lastTransitionTime": {
        "type": "string",
        "format": "date-time",
        "description": "When status last changed."
       }
      }
     }
    },
    "room": {
     "type": "object",
     "description": "What the WorkshopRoom says, as hub and workers are told.",
     "properties": {
      "announcement": {
       "type": "string",
       "maxLength": 500,
       "description": "The announcement."
      },
      "closesAt": {
       "type": "string",
       "format": "date-time",
       "description": "When the room closes."
      }
     }
    },
    "lastHandledReconcileAt": {
     "type": "string",
     "maxLength": 64,
     "description": "Value of the reconcile-requested-at annotation that was handled last."
    },
    "currentRevision": {
     "type": "string",
     "maxLength": 64,
     "description": "Revision that most workers run."
    },
    "updateRevision": {
     "type": "string",
     "maxLength": 64,
     "description": "Revision that workers are moved to."
    },
    "inventory": {
     "type": "array",
     "maxItems": 300,
     "description": "What was made on the platform, for people and for pruning by hand.",
     "items": {
      "type": "object",
      "required": [
       "kind",
       "name"
      ],
      "properties": {
       "kind": {
        "type": "string",
        "maxLength": 64,
        "description": "App, SecretScope, Token or WorkspaceFolder."
       },
       "name": {
        "type": "string",
        "maxLength": 1024,
        "description": "Name or id."
       }
      }
     }
    }
   }
  }
 }
}
