export interface PageFile {
  type: string
  body: string | Buffer
}

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Clustered</title>
<p>See <a href="healthz">healthz</a> and <a href="metrics">metrics</a>.</p>
</html>
`

/** A file of the live page, by its path. It says nothing of the program. */
export function pageFile(path: string): PageFile | undefined {
  return path === '/' ? { type: 'text/html; charset=utf-8', body: page } : undefined
}
