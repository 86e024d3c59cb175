export interface Unit {
  name: string
  command: string[]
  /** By name: after a deploy it is where the name leads then. */
  folder: string
  user: string
  stopSeconds: number
}

/** `READY=1` comes from systemd's own tool, a child of the primary: hence NotifyAccess=all. */
export function systemdUnit({ name, command, folder, user, stopSeconds }: Unit): string {
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
ExecReload=/bin/kill -HUP $MAINPID
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

/** For systemd: quotes where there are spaces, and its specifiers and variables as they are. */
function quote(argument: string): string {
  const plain = argument.replaceAll('%', '%%').replaceAll('$', '$$$$')
  return /[\s"'\\;]/.test(plain) ? `"${plain.replaceAll(/["\\]/g, '\\$&')}"` : plain
}
