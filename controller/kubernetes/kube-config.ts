/** The one piece of the Kubernetes library that the programs need, by name, so that bundles leave its 20 MB of generated calls out. */
export { KubeConfig } from '@kubernetes/client-node'
