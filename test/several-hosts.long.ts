import { inNetworkOfItsOwn } from './several-hosts/network-of-its-own.ts'

await inNetworkOfItsOwn(new URL('several-hosts/tests.js', import.meta.url))
