#!/usr/bin/env node
import { run } from './cli.ts'
import { leaveRemovedFolder } from './named.ts'

leaveRemovedFolder()
process.exitCode = await run(process.argv.slice(2))
