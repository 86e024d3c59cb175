import { type Cluster, clustered } from '@clustered/core'
import { listener } from './common.js'

export const cluster: Cluster = clustered(listener).listen(0)
