/** @returns what this Node.js lacks for `reusePort`, in words. */
export function lacksReusePort() {
  if (process.platform !== 'linux') return 'it needs Linux'
  const [major, minor] = process.versions.node.split('.').map(Number)
  const has = major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12)
  return has ? undefined : 'it needs Node.js 22.12, 23.1 or later'
}
