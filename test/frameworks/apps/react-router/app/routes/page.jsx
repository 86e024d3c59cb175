import { setTimeout as sleep } from 'node:timers/promises'
import { Suspense } from 'react'
import { Await } from 'react-router'

export const loader = () => ({ late: sleep(50, 'late') })

export default function Page({ loaderData }) {
  return (
    <Suspense fallback={<p>early</p>}>
      <Await resolve={loaderData.late}>{(late) => <p>{late}</p>}</Await>
    </Suspense>
  )
}
