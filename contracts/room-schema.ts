// Generated from crds/workshoproom.crd.yaml by npm run generate. Do not edit.
import type { Schema } from './schema.ts'

/** The openAPIV3Schema of WorkshopRoom v1alpha1. */
export const roomSchema: Schema = {
 "type": "object",
 "description": "The live state of the room of the Workshop of the same name. Facilitators write it while the event runs; nothing in it redeploys anything or is reverted by a GitOps tool.",
 "required": [
  "spec"
 ],
 "x-kubernetes-validations": [
  {
   "rule": "size(self.metadata.name) <= 63",
   "message": "a room has the name of its Workshop, which has at most 63 characters"
  }
 ],
 "properties": {
  "apiVersion": {
   "type": "string",
   "description": "Always vibeworkshop.dev/v1alpha1."
  },
  "kind": {
   "type": "string",
   "description": "Always WorkshopRoom."
  },
  "metadata": {
   "type": "object"
  },
  "spec": {
   "type": "object",
   "description": "What holds in the room now. An empty one takes back what was said.",
   "x-kubernetes-validations": [
    {
     "rule": "!has(self.announcement) || self.announcement.text.matches(\"[^ \\t\\r\\n]\")",
     "message": "an announcement says something; leave it out to take it back"
    }
   ],
   "properties": {
    "announcement": {
     "type": "object",
     "description": "One message that everybody in the room sees within seconds, on the hub and beside their terminals.",
     "required": [
      "text"
     ],
     "properties": {
      "text": {
       "type": "string",
       "minLength": 1,
       "maxLength": 500,
       "description": "What to say; plain text."
      },
      "level": {
       "type": "string",
       "enum": [
        "info",
        "warning"
       ],
       "default": "info",
       "description": "A warning is read out at once by screen readers and cannot be dismissed."
      }
     }
    },
    "closesAt": {
     "type": "string",
     "format": "date-time",
     "maxLength": 40,
     "description": "When the room closes, with its offset from UTC. It is shown to everybody; from then on no session is opened, and those that run go on. A later time opens the room again at once."
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
    "conditions": {
     "type": "array",
     "maxItems": 10,
     "description": "Ready is True once hub and workers are told.",
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
        "description": "Published, Publishing, NoWorkshop or Suspended."
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
    }
   }
  }
 }
}
