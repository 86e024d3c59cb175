import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { describe, it } from 'node:test'
import { DeployFolder, plainServer, remove } from './support/deploy-folder.ts'
import { Desk } from './support/desk.ts'
import { get } from './support/http.ts'
import { freePort } from './support/port.ts'
import { childrenOf, eventually } from './support/program.ts'

describe('the command, in a folder that is a symlink to a release', () => {
  it('goes on when the release is removed: reload, respawn, restart, and a unit with the names', async (t) => {
    const [deploy, desk] = [new DeployFolder(), new Desk(t)]
    const release = (version: string): Record<string, string> => ({
      'server.cjs': plainServer(
        "[process.env.OWN, process.env.GIVEN, process.cwd(), process.env.PWD].join(' ')",
      ),
      // Loaded into the command, too, and into the daemon.
      'preload.cjs': `require('fs').existsSync('.env') && (process.env.OWN ??= require('fs').readFileSync('.env', 'utf8'))`,
      '.env': `own-${version}`,
      'conf.env': `GIVEN=given-${version}`,
    })
    const port = await freePort()
    desk.env['PORT'] = String(port)
    desk.env['NODE_OPTIONS'] = `--require ${deploy.current}/preload.cjs`
    const env = { ...desk.env, PWD: deploy.current }
    const command = path.join(deploy.current, 'node_modules/.bin/clustered')
    const run = (...args: string[]): string => {
      const { status, stdout, stderr } = spawnSync('sh', ['-c', ...args], {
        cwd: deploy.current,
        env,
        encoding: 'utf8',
      })
      assert.equal(status, 0, stdout + stderr)
      return stdout
    }
    const clustered = (...args: string[]): string => run('exec "$0" "$@"', process.execPath, command, ...args)
    const answers = async (version: string): Promise<void> => {
      const folder = path.join(deploy.root, 'releases', version)
      assert.equal((await get(port)).body, `own-${version} given-${version} ${folder} ${deploy.current}`)
    }

    const first = deploy.deploy('1', release('1'))
    clustered('start', 'server.cjs', '-i', '1', '--name', 'shop', '--daemon', '--env-file', 'conf.env')
    await answers('1')
    deploy.deploy('2', release('2'))
    // A shell stands in the first release as it goes.
    run(
      'cd "$0" && rm -r "$0" && exec env PWD="$1" "$2" "$3" reload shop',
      first,
      deploy.current,
      process.execPath,
      command,
    )
    await answers('2')
    const { pid, workers, entry, cwd } = JSON.parse(clustered('describe', 'shop', '--json')) as Described
    assert.deepEqual([entry, cwd], [`${deploy.current}/server.cjs`, deploy.current])
    process.kill(workers[0]!.pid, 'SIGKILL')
    await eventually(
      () => childrenOf(pid).length === 1 && !childrenOf(pid).includes(workers[0]!.pid),
      'another',
    )
    await eventually(
      () =>
        get(port).then(
          () => true,
          () => false,
        ),
      'an answer',
    )
    await answers('2')

    deploy.deploy('3', release('3'))
    assert.equal((await desk.run('restart', 'shop')).code, 0)
    await answers('3')
    for (const unit of [
      clustered('startup', 'shop'),
      clustered('startup', './server.cjs', '--name', 'other'),
    ]) {
      assert.match(unit, new RegExp(`WorkingDirectory=${deploy.current}\n`))
      assert.match(unit, new RegExp(`Environment="PWD=${deploy.current}"\n`))
      assert.match(unit, new RegExp(`ExecStart=\\S+ ${command} start (./)?server.cjs `))
      assert.doesNotMatch(unit, /releases/)
    }
    // Nothing is stopped for a start that cannot be.
    clustered('delete', 'shop')
    const physical = path.join(deploy.root, 'releases/3')
    desk.env['PWD'] = physical
    const elsewhere = spawnSync(process.execPath, [command, 'start', './server.cjs', '-i', '1', '--daemon'], {
      cwd: physical,
      env: desk.env,
    })
    assert.equal(elsewhere.status, 0, String(elsewhere.stderr))
    deploy.deploy('4', release('4'))
    remove(physical)
    const { stderr } = await desk.run('restart', 'server')
    assert.match(
      stderr,
      /'server' was started in \S+releases\/3, which is not there any more.*ERR_CLUSTERED_NO_FOLDER/,
    )
    assert.match((await get(port)).body, /^own-3/)
    clustered('stop', 'server')
    await assert.rejects(get(port))
  })
})

interface Described {
  pid: number
  entry: string
  cwd: string
  workers: { pid: number }[]
}
