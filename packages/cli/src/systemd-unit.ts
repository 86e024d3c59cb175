import type { LogFiles } from './record.ts'

export interface Unit {
  name: string
  command: string[]
  /** Reloads it, and says by its exit code how that went. */
  reload: string[]
  /** By name: after a deploy it is where the name leads then. */
  folder: string
  user: string
  stopSeconds: number
  /** Where it writes, if not to the journal. */
  logs: Partial<LogFiles>
}

/** For a shell: writes the units of several programs, and has systemd start them with the machine. */
export function installScript(units: readonly Unit[]): string {
  const names = units.map(({ name }) => name).join(' ')
  const files = units.map(
    (unit) => `cat >"$folder/${unit.name}.service" <<'END_OF_UNIT'\n${systemdUnit(unit)}END_OF_UNIT\n`,
  )
  return `#!/bin/sh
# Installs a systemd unit for each of: ${names}
# To install:                   clustered startup ... | sudo sh
# Only to write them somewhere: clustered startup ... | sh -s -- FOLDER
set -eu
folder=\${1:-/etc/systemd/system}

${files.join('\n')}
[ $# -eq 0 ] || exit 0
systemctl daemon-reload
systemctl enable ${names}
echo 'They start with the machine. To start them now: sudo systemctl start ${names}'
echo 'Before that, if they run as daemons: clustered stop ${names}'
`
}

/** `READY=1` comes from systemd's own tool, a child of the primary: hence NotifyAccess=all. */
export function systemdUnit({ name, command, reload, folder, user, stopSeconds, logs }: Unit): string {
  return `# /etc/systemd/system/${name}.service
# To install:  clustered startup ... | sudo tee /etc/systemd/system/${name}.service
#              sudo systemctl daemon-reload && sudo systemctl enable --now ${name}
# New code:    sudo systemctl reload ${name}, or as ${user}: clustered reload ${name}

[Unit]
Description=${name}, on every core
After=network-online.target
Wants=network-online.target

[Service]
Type=notify
NotifyAccess=all
User=${user}
WorkingDirectory=${folder.replaceAll('%', '%%')}
# systemd follows symlinks in it: this is the name.
Environment=${JSON.stringify(`PWD=${folder.replaceAll('%', '%%')}`)}
ExecStart=${command.map(quote).join(' ')}
${output('StandardOutput', logs.out)}${output('StandardError', logs.err)}ExecReload=${[...reload.map(quote), '$MAINPID'].join(' ')}
# The primary tells its workers to drain; a signal to each of them as well would say nothing more.
KillMode=mixed
TimeoutStopSec=${stopSeconds}
Restart=on-failure
RestartSec=1
Environment=NODE_ENV=production

[Install]
WantedBy=multi-user.target
`
}

function output(key: string, file: string | undefined): string {
  if (file === undefined) return ''
  return `${key}=${file === '/dev/null' ? 'null' : `append:${file.replaceAll('%', '%%')}`}\n`
}

/** For systemd: quotes where there are spaces, and its specifiers and variables as they are. */
function quote(argument: string): string {
  const plain = argument.replaceAll('%', '%%').replaceAll('$', '$$$$')
  return /[\s"'\\;]/.test(plain) ? `"${plain.replaceAll(/["\\]/g, '\\$&')}"` : plain
}
