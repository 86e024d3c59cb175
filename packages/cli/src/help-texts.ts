/** Exit codes beyond 0 (done), 1 (not done) and 2 (not understood). */
export type ExitCodes = Record<number, string>

export interface HelpText {
  /** What its description leaves open. */
  notes?: string
  examples?: string[]
  exitCodes?: ExitCodes
}

/** In the order in which the overview has them; what is in none of them stands at its end. */
export const groups: [title: string, commands: string[]][] = [
  ['Run a program', ['start', 'reload', 'scale', 'stop', 'restart', 'delete']],
  ['See how it is', ['list', 'describe', 'health', 'top', 'open', 'logs', 'flush']],
  ['Look into its workers', ['stack', 'requests', 'profile', 'heap', 'inspect', 'replace']],
  ['Set it up', ['init', 'startup', 'completion']],
]

export const usualCodes: ExitCodes = {
  0: 'what was asked for was done',
  1: 'it was not, and one line on stderr says why',
  2: 'the command was not understood',
}

export const helpTexts: Record<string, HelpText> = {
  start: {
    notes:
      'Without a file it is what a clustered.config.ts, an ecosystem.config.js or the start script of package.json says. Without --daemon it stays in the foreground, and Ctrl-C drains and ends it. What stands after -- is for the app.',
    examples: [
      'clustered start app.js -i 2 --daemon',
      'clustered start app.js --watch -- --port 8000',
      'clustered start server.ts --name shop --drain-timeout 30s',
      'clustered start next -- start --port 8000',
      'clustered start ecosystem.config.js --daemon',
    ],
    exitCodes: {
      0: 'it was stopped, and has drained; with --daemon: every worker is ready, and stays so',
      1: 'it did not come up: the reason is on stderr, and no process is left',
    },
  },
  list: {
    notes:
      'Columns that do not fit a narrow terminal are left out; elsewhere all of them are there, at least two spaces apart. Root sees the programs of every user.',
    examples: [
      'clustered list --sort memory',
      "clustered list 'api-*' --state degraded,gone",
      'clustered list --crashed-since 1h',
      'clustered list --filter restarts=0 --old',
      "clustered list --json | jq -r '.[].name'",
    ],
  },
  describe: { examples: ['clustered describe shop', 'clustered describe shop --json | jq .bySlot'] },
  health: {
    notes:
      'One line says how it is, and why it is not ready. Of several programs the worst, the highest, counts.',
    examples: ['clustered health shop', 'clustered health all > /dev/null || echo "look at them"'],
    exitCodes: {
      0: 'ready: every slot has its worker; or finished, and well',
      1: 'it runs, and is not ready: degraded, booting or closing',
      3: 'it does not run: stopped, gone, or nothing of that name',
      4: 'not known: it does not respond, or has no control socket, or several have the name',
    },
  },
  top: {
    notes: 'q or Ctrl-C leaves. Where nobody is looking (a pipe, a file), it is shown once.',
    examples: ['clustered top', 'clustered top shop', 'clustered top --sort cpu'],
  },
  open: {
    notes:
      'Only whoever has the address, with its token, sees anything. Of several programs, or without a name: an overview of them. From another machine: ssh -L.',
    examples: ['clustered open shop', 'clustered open', "clustered open 'api-*' --port 9001 --no-browser"],
    exitCodes: { 0: 'it was ended, by Ctrl-C or a signal' },
  },
  flush: { examples: ['clustered flush shop', 'clustered flush'] },
  logs: {
    examples: ['clustered logs all -f', "clustered logs shop --since 10m --grep 'timeout|refused'"],
  },
  stack: {
    notes: 'One whose loop turns says what it has in flight; of one that stands, the stack is taken.',
    examples: ['clustered stack shop', 'clustered stack shop --slot 1 --json'],
  },
  requests: {
    notes: 'Ages are known to a second. Queries are hidden, as they may hold secrets.',
    examples: ['clustered requests shop', "clustered requests shop --json | jq '.requests[].path'"],
  },
  profile: {
    notes:
      'For DevTools and speedscope. The file belongs to the user of the program. Ctrl-C ends it, without a file.',
    examples: ['clustered profile shop --slot 0 --seconds 30 -o slow.cpuprofile'],
  },
  heap: {
    notes:
      'The worker stands still for 0.1 to 0.2 s per MB of its heap, while others serve. The file holds all that is in memory, secrets too.',
    examples: ['clustered heap shop --slot 0', 'clustered heap shop --slot 0 -o /tmp'],
  },
  inspect: {
    notes:
      'It closes at Ctrl-C, and when the time is over. Until then every user of this machine can run code in the program.',
    examples: ['clustered inspect shop --slot 0 --minutes 30'],
  },
  replace: {
    notes: 'If the new worker does not come up, the old one serves on.',
    examples: ['clustered replace shop --slot 0'],
    exitCodes: { 0: 'another worker has the slot', 1: 'it has not: the reason is on stderr' },
  },
  reload: {
    notes:
      'If a new worker does not come up or stay up, the old ones go on serving: they have never stopped.',
    examples: ['clustered reload shop', "clustered reload 'api-*'", 'clustered reload all'],
    exitCodes: {
      0: 'every slot runs the new code',
      1: 'it does not: the reason is on stderr, with its stack',
    },
  },
  scale: {
    notes: 'It ends when the new workers are ready; those that are too many drain after that.',
    examples: ['clustered scale shop 4', 'clustered scale shop +1', 'clustered scale shop -1'],
  },
  stop: {
    notes:
      'It waits until the program is gone. A daemon stays in the list, and can be started again by its name.',
    examples: ['clustered stop shop', 'clustered start shop'],
  },
  restart: {
    notes:
      'Primary and all, with the environment of this shell: for a new version of Node.js. It serves nothing in between; for new code there is reload.',
    examples: ['clustered restart shop'],
  },
  delete: {
    notes: 'How it was started and its logs are gone for good. To only end it: clustered stop.',
    examples: ['clustered delete shop'],
  },
  startup: {
    examples: [
      'clustered startup app.js -i 4 --name shop | sudo tee /etc/systemd/system/shop.service',
      'clustered startup shop',
    ],
  },
  init: {
    notes:
      'Express, Koa, Fastify, Nest, Hono, h3, srvx, Elysia: the code. Next.js, Nuxt, SvelteKit, Astro, React Router, AdonisJS: the start script. What is not plain stays as it is.',
    examples: ['clustered init --dry-run', 'clustered init src/server.ts'],
  },
  completion: {
    notes: 'It completes commands, options and the names of programs.',
    examples: [
      `echo 'eval "$(clustered completion bash)"' >> ~/.bashrc`,
      `echo 'eval "$(clustered completion zsh)"' >> ~/.zshrc`,
      'clustered completion fish > ~/.config/fish/completions/clustered.fish',
    ],
  },
}
