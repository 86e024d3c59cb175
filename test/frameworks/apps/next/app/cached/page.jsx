import { unstable_cache } from 'next/cache'

export const revalidate = 1

const data = unstable_cache(() => 'word '.repeat(20_000), [], { tags: ['data'] })

export default async function Page() {
  return (
    <p>
      made at {Date.now()}: {await data()}
    </p>
  )
}
