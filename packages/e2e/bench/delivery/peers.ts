import { installFolder, installPackage } from '../../test/install-package.ts'

/** The SDKs that Truecount is compared with, each at the newest version that npm could install on that day. */
const VERSIONS = {
  '@segment/analytics-node': '3.1.0',
  'posthog-node': '5.70.0',
  '@amplitude/analytics-node': '1.5.73',
  '@snowplow/node-tracker': '4.8.0',
  '@segment/analytics-next': '1.84.3',
  'posthog-js': '1.449.2',
  '@amplitude/analytics-browser': '2.47.0',
  '@snowplow/browser-tracker': '4.10.1',
} as const

export type PeerName = keyof typeof VERSIONS

/** What a result of an SDK is kept under: its package and version, or its own name where it is Truecount. */
export function versioned({ name, peer }: { readonly name: string; readonly peer?: PeerName }): string {
  return peer === undefined ? name : `${peer} ${VERSIONS[peer]}`
}

export function versionOf(name: PeerName): string {
  return VERSIONS[name]
}

/** The folder in whose `node_modules` a peer and its dependencies are, and nothing else. */
export function peerFolder(name: PeerName): string {
  return installFolder('peers', name, VERSIONS[name])
}

/** Installs them where they are missing; throws where that fails. */
export async function installPeers(names: readonly PeerName[]): Promise<void> {
  for (const name of names) {
    const installed = await installPackage('peers', name, VERSIONS[name])
    if (!installed.ok) throw new Error(installed.reason)
  }
}
