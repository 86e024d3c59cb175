/** What becomes of a key of pm2's configuration file. */
export type Pm2Key = {
  /** Other spellings that pm2 accepts; each is also accepted in camel case. */
  aliases?: readonly string[]
} & (Taken | NotNeeded | NoCounterpart)

/** It has a counterpart: one or several keys of a program in clustered.config. */
interface Taken {
  becomes: string
}

/** What it asks for holds anyway, or is about nothing that Clustered has. */
interface NotNeeded {
  notNeeded: string
}

/** It is named, once for all programs of the file. */
interface NoCounterpart {
  /** What to do in its place. */
  instead: string
  /** With this value it asks for nothing. */
  idle?: (value: unknown) => boolean
}

const isOff = (value: unknown): boolean => !value

export const pm2Keys: Readonly<Record<string, Pm2Key>> = {
  script: { aliases: ['exec', 'cmd', 'command'], becomes: 'file' },
  name: { becomes: 'name' },
  append_env_to_name: { becomes: 'name' },
  cwd: { becomes: 'cwd' },
  args: { becomes: 'args' },
  exec_interpreter: { aliases: ['interpreter'], becomes: 'nodeArgs' },
  node_args: { aliases: ['interpreter_args'], becomes: 'nodeArgs' },
  instances: { becomes: 'workers' },
  exec_mode: { becomes: 'listen' },
  wait_ready: { becomes: 'readyAfter' },
  autorestart: { becomes: 'restart' },
  autostart: { becomes: 'autostart' },
  env: { becomes: 'env' },
  port: { becomes: 'env' },
  filter_env: { becomes: 'env' },
  max_memory_restart: { becomes: 'maxMemory' },
  kill_timeout: { becomes: 'drainTimeout' },
  listen_timeout: { becomes: 'bootTimeout' },
  cron_restart: { aliases: ['cron'], becomes: 'reloadAt' },
  watch: { becomes: 'watch' },
  ignore_watch: { becomes: 'ignore' },
  out_file: { aliases: ['out', 'output', 'out_log'], becomes: 'logs' },
  error_file: { aliases: ['error', 'err', 'err_file', 'err_log'], becomes: 'logs' },
  log_file: { aliases: ['log'], becomes: 'logs' },
  disable_logs: { becomes: 'logs' },
  log_date_format: { becomes: 'stampLines' },
  time: { becomes: 'stampLines' },

  exp_backoff_restart_delay: {
    notNeeded: 'A slot waits by itself: 100 ms after a failed boot, and twice as long each time, up to 30 s.',
  },
  merge_logs: { aliases: ['combine_logs'], notNeeded: 'All workers of a program write to the same files.' },
  treekill: { notNeeded: 'A stop reaches each worker once, through the primary.' },
  kill_retry_time: { notNeeded: 'What does not end in time is killed once.' },
  force: { notNeeded: 'Give each program a name of its own.' },
  vizion: { notNeeded: 'Nothing looks into your repository.' },
  pmx: { notNeeded: 'Nothing is loaded into the program that it could see.' },
  automation: { notNeeded: 'As for `pmx`.' },
  windowsHide: { notNeeded: 'Not for Windows.' },
  write: { notNeeded: 'Every daemon is remembered until it is deleted.' },
  username: { notNeeded: 'It is whoever calls the command.' },

  restart_delay: {
    instead:
      'leave it out: a worker that had been ready is replaced at once, and later ones within 1 s. Failed boots wait, up to 30 s',
    idle: isOff,
  },
  max_restarts: {
    instead:
      'leave it out: a slot is never given up, it waits longer after each failure. If the very first boot fails, the program ends with 1',
    idle: isOff,
  },
  min_uptime: {
    instead: 'leave it out: a worker that stays up for 10 s has ended a series of failures',
    idle: isOff,
  },
  namespace: {
    instead: "give names that begin alike, as in shop-web and shop-jobs, and say clustered reload 'shop-*'",
    idle: (value) => !value || value === 'default',
  },
  name_prefix: { instead: 'write it into the names', idle: isOff },
  increment_var: {
    instead:
      'each worker has its number in CLUSTERED_SLOT, from 0. Workers share one port, and need none of their own',
    idle: isOff,
  },
  instance_var: {
    instead: 'the number of a worker is in NODE_APP_INSTANCE and CLUSTERED_SLOT',
    idle: (value) => !value || value === 'NODE_APP_INSTANCE',
  },
  source_map_support: { instead: "add --enable-source-maps to node_args, which is Node's own", idle: isOff },
  disable_source_map_support: {
    instead: 'source maps are off unless node_args has --enable-source-maps',
    idle: isOff,
  },
  shutdown_with_message: {
    notNeeded:
      "A program that serves nothing and listens to messages, and to no signal, gets the message 'shutdown'.",
  },
  stop_exit_codes: {
    instead: 'autorestart: false keeps what has ended from being started again, whatever its exit code',
    idle: (value) => value === undefined || (Array.isArray(value) && value.length === 0),
  },
  watch_delay: { instead: 'leave it out: all files that are saved within 50 ms are one change', idle: isOff },
  watch_options: { instead: 'name folders in watch, and what does not matter in ignore_watch', idle: isOff },
  pid_file: { aliases: ['pid'], instead: 'ask for it: clustered describe NAME --json', idle: isOff },
  log_type: {
    instead:
      'have the program write JSON; clustered start --log-format json is for the lines of Clustered itself',
    idle: isOff,
  },
  trace: { instead: 'load OpenTelemetry by node_args: --import ./telemetry.js', idle: isOff },
  disable_trace: { notNeeded: 'Nothing is traced.' },
  v8: { instead: 'clustered top shows memory and event loop of each worker', idle: isOff },
  event_loop_inspector: { instead: 'clustered top shows the event loop of each worker', idle: isOff },
  deep_monitoring: { instead: 'clustered top shows each worker', idle: isOff },
  io: { instead: 'it is for pm2.io. clustered list --json has the numbers of each worker', idle: isOff },
  post_update: { instead: 'run these commands in your deploy, before clustered reload', idle: isOff },
  install_url: { instead: 'install the program before it is started', idle: isOff },
  execute_command: { instead: 'name the file that Node runs in script', idle: isOff },
  uid: {
    aliases: ['user'],
    instead:
      'start it as that user, or with User= in its systemd unit. Another user than the one who starts it is refused',
    // That is no note, but an error.
    idle: () => true,
  },
  gid: { instead: 'start it as that user, or with Group= in its systemd unit', idle: isOff },
}

/** By each spelling that pm2 accepts, the key that it stands for. */
export const pm2Spellings: ReadonlyMap<string, string> = new Map(
  Object.entries(pm2Keys).flatMap(([key, { aliases = [] }]) =>
    [key, ...aliases].flatMap((name) => [
      [name, key] as const,
      [name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()), key] as const,
    ]),
  ),
)
