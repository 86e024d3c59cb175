import { setTimeout as sleep } from 'node:timers/promises'
import { connection } from 'next/server'
import { Suspense } from 'react'

async function Late() {
  await connection()
  await sleep(50)
  return <p>late</p>
}

export default function Page() {
  return (
    <Suspense fallback={<p>early</p>}>
      <Late />
    </Suspense>
  )
}
