import { createRequire } from 'node:module'
import { join } from 'node:path'
import { peerFolder } from '../peers.ts'
import type { PeerName } from '../peers.ts'
import { stayOnLoopback } from './stay-on-loopback.ts'

/** A peer's exports. From here on the process reaches no service of theirs. `from`: another package that it brings. */
export function loadPeer(name: PeerName, from: string = name): unknown {
  stayOnLoopback()
  return createRequire(join(peerFolder(name), 'package.json'))(from)
}
