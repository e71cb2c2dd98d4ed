import { type AddressList, readAddressList } from '../http/address-list.ts'

/** Which addresses webhooks may be at. */
export interface AddressPolicy {
  /** Why an IP address must not be connected to; `undefined` where it may. */
  problemOf(address: string): string | undefined
}

/** Networks that are not the public internet. Source: IANA's special-purpose address registries for IPv4 and IPv6. */
const SPECIAL_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
const SPECIAL_IPV6 = [
  '::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/9',
  'ff00::/8',
]

/** Where clouds tell a machine its own credentials: AWS (four), Google, Alibaba, Oracle and Azure. */
const METADATA_IPV4 = [
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '100.100.100.200',
  '192.0.0.192',
  '168.63.129.16',
]
const METADATA_IPV6 = ['fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254']

const SPECIAL = listOf([...SPECIAL_IPV4, ...SPECIAL_IPV4.map(throughNat64), ...SPECIAL_IPV6])
const METADATA = listOf([...METADATA_IPV4, ...METADATA_IPV4.map(throughNat64), ...METADATA_IPV6])

/** Public addresses, and those that the operator allows; metadata services of clouds never, whoever allows them. */
export function createAddressPolicy(allowed: AddressList): AddressPolicy {
  return {
    problemOf(text) {
      // Without the zone of a link-local address.
      const address = text.replace(/%.*$/, '')
      if (METADATA.has(address)) return `${address} is a cloud's metadata service, where webhooks never go`
      if (!SPECIAL.has(address) || allowed.has(address)) return undefined
      return `${address} is not a public address: the operator may allow it by --webhook-allow`
    },
  }
}

/** A URL's host without the brackets of IPv6. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1')
}

/** What is wrong with a webhook's URL; what its name leads to is vetted at every attempt. */
export function webhookUrlProblem(text: string, policy: AddressPolicy): string | undefined {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return 'must be an http or https URL'
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password'
  const host = hostOf(url).replace(/\.$/, '')
  const address = host === 'localhost' || host.endsWith('.localhost') ? '127.0.0.1' : host
  const problem = policy.problemOf(address)
  return problem === undefined ? undefined : `must lead to another address: ${problem}`
}

/** The same hosts as a NAT64 gateway reaches them (RFC 6052). */
function throughNat64(entry: string): string {
  const [address, bits = '32'] = entry.split('/')
  return `64:ff9b::${address}/${96 + Number(bits)}`
}

function listOf(entries: readonly string[]): AddressList {
  const read = readAddressList(entries)
  if ('problem' in read) throw new Error(`${read.problem} is no address`)
  return read.list
}
