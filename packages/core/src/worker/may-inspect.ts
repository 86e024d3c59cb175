/**
 * Whether this process may be inspected. To be asked in the main thread: where
 * the permission model refuses it, a thread that tries aborts the process.
 */
export function mayInspect(): boolean {
  const { permission } = process as { permission?: { has(scope: string): boolean } }
  return permission === undefined || permission.has('inspector')
}

/** What is said in place of a stack that may not be taken. */
export const refused: string[] = ['a place that is not known: the permission model refuses the inspector']
