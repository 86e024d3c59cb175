/**
 * Commands of pm2 that Clustered has not, as there is nothing for them to do,
 * or under another word: what to say in place of a guess.
 */
export const pm2Words: Readonly<Record<string, string>> = {
  save: 'There is nothing to save: every daemon is remembered until it is deleted. To have all started after a reboot: clustered startup all',
  dump: 'There is nothing to save: every daemon is remembered until it is deleted. To have all started after a reboot: clustered startup all',
  cleardump: 'Nothing is saved that could be cleared. To forget daemons: clustered delete NAME, or all',
  resurrect:
    'Daemons are remembered as they were started. To start them again: clustered restart all. To have that done after a reboot: clustered startup all',
  kill: 'There is no daemon between that could be killed. To stop all programs: clustered stop all',
  ping: 'There is no daemon between that could answer. To see what runs: clustered list',
  update:
    'There is no daemon between that could be of an older version. To run a program with the version that is installed now: clustered restart NAME, or all',
  updatePM2:
    'There is no daemon between that could be of an older version. To run a program with the version that is installed now: clustered restart NAME, or all',
  unstartup:
    'Each program has a systemd unit of its own. To take one away: sudo systemctl disable --now NAME',
  id: 'Programs have names and no ids. To see them: clustered list',
  pid: 'To see the pids: clustered describe NAME, or clustered describe NAME --json',
  startOrReload:
    'In two steps: clustered start FILE --daemon starts what does not run yet; clustered reload FILE reloads all of it',
  startOrGracefulReload:
    'In two steps: clustered start FILE --daemon starts what does not run yet; clustered reload FILE reloads all of it',
  startOrRestart:
    'In two steps: clustered start FILE --daemon starts what does not run yet; clustered restart FILE restarts all of it',
  gracefulReload: 'Every reload is graceful: clustered reload NAME',
  reset: 'Counters are those of the primary, and begin anew with clustered restart NAME',
  env: 'To see the environment of a worker on Linux: tr "\\0" "\\n" < /proc/PID/environ, with a pid of clustered describe NAME',
  reloadLogs:
    'Logs are opened for appending and never kept by another name: logrotate with copytruncate needs no word',
  logrotate: 'See docs/operate/cli.md for logs that rotate',
  ecosystem: "pm2's file is read as it is. For one of Clustered's own: docs/operate/config-file.md",
  deploy:
    'Clustered copies no code to other machines. On the machine, after the code is there: clustered reload NAME',
  pull: 'Clustered fetches no code. After git pull: clustered reload NAME',
  forward: 'Clustered fetches no code. After git checkout: clustered reload NAME',
  backward: 'Clustered fetches no code. After git checkout: clustered reload NAME',
  sendSignal: 'With the pid of the primary, which clustered list shows: kill -SIGNAL PID',
  send: 'Programs have no standard input. To send a signal: kill -SIGNAL PID',
  attach: 'Programs have no standard input. To see what one writes: clustered logs NAME -f',
  trigger: 'There are no custom actions. A route of your app, or a signal, does as well',
  serve: 'Clustered runs programs, and serves no files by itself. nginx does, or express.static in a program',
  expose:
    'Clustered runs programs, and serves no files by itself. nginx does, or express.static in a program',
  install: 'There are no modules',
  uninstall: 'There are no modules',
  set: 'There is no configuration beside the file of your programs: docs/operate/config-file.md',
  get: 'There is no configuration beside the file of your programs: docs/operate/config-file.md',
  conf: 'There is no configuration beside the file of your programs: docs/operate/config-file.md',
  config: 'There is no configuration beside the file of your programs: docs/operate/config-file.md',
  monitor:
    'There is no hosted monitoring. On this machine: clustered open in a browser, clustered top in a terminal',
  plus: 'There is no hosted monitoring. On this machine: clustered open in a browser, clustered top in a terminal',
  link: 'There is no hosted monitoring. On this machine: clustered open in a browser, clustered top in a terminal',
  slist: 'To see what runs: clustered list, or clustered top',
  sysinfos: 'To see what runs: clustered list, or clustered top',
  prettylist: 'As JSON: clustered list --json',
  report: 'To see all about a program: clustered describe NAME',
  autoinstall: 'Give the file of each program: clustered start app.js --daemon',
}

/** Commands of pm2 by the names of ours that do the same. */
export const pm2Aliases: Readonly<Record<string, readonly string[]>> = {
  list: ['status', 'l', 'ps', 'jlist'],
  describe: ['desc', 'info'],
  top: ['monit', 'imonit', 'dashboard', 'dash'],
}
