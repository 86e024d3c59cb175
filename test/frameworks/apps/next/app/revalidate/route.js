import { revalidateTag } from 'next/cache'

export const dynamic = 'force-dynamic'

export function GET() {
  revalidateTag('data', { expire: 0 })
  return new Response('done')
}
