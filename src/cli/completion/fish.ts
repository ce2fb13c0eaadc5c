import type { Offer, Place } from './places.ts';

/** For `pzm completion fish | source`. */
export function fishScript(places: readonly Place[]): string {
  const members = places.flatMap(({ path, members: own }) => own.map(([name]) => `${path}/${name}`));
  const valued = places.flatMap(({ path, options }) =>
    options
      .filter(({ value }) => value)
      .flatMap(({ long, short }) => [`${path} --${long}`, ...(short ? [`${path} -${short}`] : [])]),
  );
  return `# Completion of pzm for fish, made by: pzm completion fish
function __pzm_at
    set -l at ''
    set -l count 0
    set -l expects 0
    for word in (commandline -opc)[2..-1]
        if test $expects = 1
            set expects 0
            continue
        end
        switch $word
            case '--*=*'
            case '-*'
                contains -- "$at $word" ${valued.map(quoted).join(' ')}
                and set expects 1
            case '*'
                if contains -- "$at/$word" ${members.map(quoted).join(' ')}
                    set at "$at/$word"
                else
                    set count (math $count + 1)
                end
        end
    end
    echo "$at $count"
end
function __pzm_is
    set -l found (string split ' ' -- (__pzm_at))
    test "$found[1]" = "$argv[1]"
    and begin
        test (count $argv) = 1
        or test $argv[2] = '*'
        or test "$found[2]" = "$argv[2]"
    end
end
for command in pzm polar-zmanager
    complete -c $command -f
${places.flatMap(linesOf).join('\n')}
end
`;
}

function linesOf({ path, members, options, args, repeats }: Place): string[] {
  const line = (condition: string, what: string) =>
    `    complete -c $command -n ${quoted(`__pzm_is ${condition}`)} ${what}`;
  const here = path === '' ? '""' : path;
  return [
    ...members.map(([name, summary]) => line(`${here} 0`, `-a ${name} -d ${quoted(summary)}`)),
    ...options.map(({ long, short, doc, value }) => {
      const names = `${short ? `-s ${short} ` : ''}-l ${long}`;
      return line(here, `${names}${value ? ` ${valueText(value)}` : ''} -d ${quoted(doc)}`);
    }),
    ...args.flatMap((offer, index) => {
      const isLast = repeats && index === args.length - 1;
      if (offer.kind === 'anything') return [];
      const what = offer.kind === 'files' ? '-F' : `-a ${quoted(wordsText(offer))}`;
      return [line(`${here} ${isLast ? '"*"' : index}`, what)];
    }),
  ];
}

function valueText(value: Offer): string {
  if (value.kind === 'files') return '-r -F';
  return value.kind === 'anything' ? '-x' : `-x -a ${quoted(wordsText(value))}`;
}

function wordsText(offer: Offer): string {
  if (offer.kind === 'words') return offer.words.join(' ');
  return offer.kind === 'names' ? `(pzm completion --names ${offer.of} 2>/dev/null)` : '';
}

const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
