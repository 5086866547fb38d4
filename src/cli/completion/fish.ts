import type { DescribedCommand, DescribedOption, Offer } from './described.ts';

/** The completion script for fish. */
export function fishScript(commands: readonly DescribedCommand[]): string {
  return `# Completion of rekey for fish. Made by: rekey completion fish

# Whether these are the words of the command so far, without its options and arguments.
function __rekey_at
    set -l known ${[...new Set(commands.flatMap(({ path }) => (path.length > 0 ? [path.join('/')] : [])))].join(' ')}
    set -l at
    for word in (commandline -opc)[2..-1]
        set -l next (string join / $at $word)
        contains -- "$next" $known; and set at $at $word
    end
    test "$at" = "$argv"
end

function __rekey_runs
    set -l dir .rekey
    test -n "$REKEY_STATE_DIR"; and set dir $REKEY_STATE_DIR
    set -l words (commandline -opc)
    for at in (seq (count $words))
        if test "$words[$at]" = --state-dir; and test $at -lt (count $words)
            set dir $words[(math $at + 1)]
        else if string match -q -- '--state-dir=*' $words[$at]
            set dir (string replace -- --state-dir= '' $words[$at])
        end
    end
    set dir (string replace -r -- '^~/' "$HOME/" $dir)
    for path in $dir/runs/*/
        string match -r '(?<=/)[0-9]{8}T[0-9]{6}Z-[a-z2-7]{6}(?=/$)' -- $path
    end
end

complete -c rekey -f
${commands.flatMap(linesOf).join('\n')}
`;
}

function linesOf({ path, options, argument, commands }: DescribedCommand): string[] {
  const when = `-n ${quoted(['__rekey_at', ...path].join(' '))}`;
  const children = commands.map(({ name, what }) => `complete -c rekey ${when} -a ${name} -d ${quoted(what)}`);
  const own = commands.length === 0 && argument ? offered(argument.offer) : '';
  return [
    ...children,
    ...(own === '' ? [] : [`complete -c rekey ${when}${own}`]),
    ...options.map((option) => `complete -c rekey ${when}${optionOf(option)}`),
  ];
}

function optionOf({ flags, what, value }: DescribedOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? ` -l ${flag.slice(2)}` : ` -s ${flag.slice(1)}`)).join('');
  const takes = value === undefined ? '' : ` -x${offered(value.offer)}`;
  return `${names}${takes} -d ${quoted(what)}`;
}

function offered(offer: Offer): string {
  if (typeof offer !== 'string') return ` -a ${quoted(offer.join(' '))}`;
  const ways = {
    plan: " -k -a '(__fish_complete_suffix .yaml; __fish_complete_suffix .yml)'",
    file: " -a '(__fish_complete_path)'",
    directory: " -a '(__fish_complete_directories)'",
    run: " -a '(__rekey_runs)'",
    nothing: '',
  };
  return ways[offer];
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
