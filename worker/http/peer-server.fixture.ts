/** A process for tests: says of each request whether its sender is the proxy. Prints its port. Argument: the address to listen on. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isProxyPeer, linuxPeerView, oncePerConnection } from './peer.ts'

const view = linuxPeerView(process.ppid, true)
const isProxy = oncePerConnection((ends) => isProxyPeer(ends, view))
const server = createServer((request, response) => response.end(isProxy(request.socket) ? 'proxy' : 'stranger'))
server.listen(0, process.argv[2], () => console.log((server.address() as AddressInfo).port))
