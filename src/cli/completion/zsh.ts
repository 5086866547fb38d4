import type { DescribedCommand, DescribedOption, Offer } from './described.ts';

/** The completion script for zsh, for a file `_rekey` of `fpath`; it can also be sourced. */
export function zshScript(commands: readonly DescribedCommand[]): string {
  return `#compdef rekey
# Completion of rekey for zsh. Made by: rekey completion zsh

_rekey_runs() {
  local dir=\${REKEY_STATE_DIR:-.rekey}
  dir=\${\${opt_args[--state-dir]:-$dir}/#\\~\\//$HOME/}
  local -a ids
  ids=($dir/runs/*(N/:t))
  compadd -a ids
}

${commands.map(functionOf).join('\n\n')}

if [[ $funcstack[1] == _rekey ]]; then
  _rekey "$@"
else
  compdef _rekey rekey
fi
`;
}

const nameOf = (path: readonly string[]) => ['_rekey', ...path].join('__').replaceAll('-', '_');

function functionOf({ path, options, argument, commands }: DescribedCommand): string {
  const specs = options.map(specOf);
  if (commands.length === 0) {
    // Offered again and again: a command with one argument says so itself when it gets two.
    if (argument) specs.push(quoted(`*:${plain(argument.name)}:${offered(argument.offer)}`));
    return `${nameOf(path)}() {\n  local line\n  typeset -A opt_args\n  _arguments${specs.map((spec) => ` \\\n    ${spec}`).join('')}\n}`;
  }
  const names = commands.map(({ name, what }) => `      ${quoted(`${name}:${what}`)}`).join('\n');
  const branches = commands.map(({ name }) => `        ${name}) ${nameOf([...path, name])} ;;`).join('\n');
  return `${nameOf(path)}() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C${[...specs, quoted('1: :->command'), quoted('*:: :->rest')].map((spec) => ` \\\n    ${spec}`).join('')}
  case $state in
    command)
      local -a commands=(
${names}
      )
      _describe command commands
      ;;
    rest)
      case $words[1] in
${branches}
      esac
      ;;
  esac
}`;
}

function specOf({ flags, what, value }: DescribedOption): string {
  const told = `[${plain(what)}]`;
  const takes = value === undefined ? '' : `:${plain(value.name)}:${offered(value.offer)}`;
  if (flags.length === 1) return quoted(`*${flags[0]}${told}${takes}`);
  return `'*'{${flags.join(',')}}${quoted(`${told}${takes}`)}`;
}

function offered(offer: Offer): string {
  if (typeof offer !== 'string') return `(${offer.join(' ')})`;
  const ways = {
    plan: '_files -g "*.(yaml|yml)(-.)"',
    file: '_files',
    directory: '_files -/',
    run: '_rekey_runs',
    nothing: '',
  };
  return ways[offer];
}

/** Words in which _arguments finds none of its own marks. */
function plain(text: string): string {
  return text.replace(/[[\]:\\]/g, '\\$&');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
