import type { Row } from '../row.ts'

export const rows: Row[] = []
