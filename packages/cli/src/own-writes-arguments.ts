/** What loads into workers what tells the app's own writes from saves. */
export const ownWritesArguments: string[] = ['--import', new URL('own-writes.js', import.meta.url).href]
