/** Addresses of git repositories. Pure. */

/**
 * The https form of a remote, which is what the platform clones from; people often have the ssh one. Undefined for
 * what no other machine could reach. A login in the address stays out: specs are shared.
 */
export function httpsAddress(remote: string): string | undefined {
  if (/^https:\/\/\S+$/.test(remote)) return remote.replace(/^https:\/\/[^/@]*@/, 'https://')
  const ssh = /^(?:ssh:\/\/)?[\w.-]+@([\w.-]+)(?::\d+)?[:/](?!\/)(\S+)$/.exec(remote)
  return ssh ? `https://${ssh[1]}/${ssh[2]}` : undefined
}
