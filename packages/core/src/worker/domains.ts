/** `node:domain` adds this to `process` when it is loaded. */
interface WithDomain {
  domain?: { exit(): void } | null
}

/** Leaves what the code that threw had entered; in plain Node the process would be gone. */
export function leaveDomains(): void {
  const { domain } = process as WithDomain
  domain?.exit()
  if (domain && domain !== (process as WithDomain).domain) leaveDomains()
}
