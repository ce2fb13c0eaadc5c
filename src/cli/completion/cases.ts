import type { Offer, Place } from './places.ts';

/*
 * What bash and zsh share: both walk the words before the cursor by the same `case` lists. `at` is the path so far,
 * `count` how many arguments there were, `expects` the option whose value comes now.
 */

/** The loop over the words before the cursor; `words` is how the shell names them. */
export function walkText(places: readonly Place[], words: string): string {
  const members = places.flatMap(({ path, members: own }) => own.map(([name]) => `${path}/${name}`));
  const valued = places.flatMap(({ path, options }) =>
    options
      .filter(({ value }) => value)
      .flatMap(({ long, short }) => [`${path} --${long}`, ...(short ? [`${path} -${short}`] : [])]),
  );
  return `  for word in ${words}; do
    if [[ -n $expects ]]; then expects=''; continue; fi
    case $word in
      --*=*) ;;
      -*) case "$at $word" in
        ${patterns(valued)}) expects=$word ;;
      esac ;;
      *) case "$at/$word" in
        ${patterns(members)}) at="$at/$word" ;;
        *) count=$((count + 1)) ;;
      esac ;;
    esac
  done`;
}

/** Calls `_pzm_offer_words`, `_pzm_offer_names` or `_pzm_offer_files` of the shell with what may come now. */
export function offerText(places: readonly Place[]): string {
  const values = places.flatMap(({ path, options }) =>
    options.flatMap(({ long, short, value }) =>
      value
        ? [
            `    ${patterns([`${path} --${long}`, ...(short ? [`${path} -${short}`] : [])])}) ${call(value)} ;;`,
          ]
        : [],
    ),
  );
  const flags = places.map(({ path, options }) => {
    const words = [...options.map(({ long }) => `--${long}`), '--help'];
    return `    ${quoted(path)}) _pzm_offer_words ${words.join(' ')} ;;`;
  });
  const arguments_ = places.flatMap(({ path, members, args, repeats }) => {
    if (members.length > 0)
      return [`    ${quoted(`${path} 0`)}) _pzm_offer_words ${members.map(([name]) => name).join(' ')} ;;`];
    return args.map((offer, index) => {
      const isLast = repeats && index === args.length - 1;
      return `    ${quoted(`${path} `)}${isLast ? '*' : index}) ${call(offer)} ;;`;
    });
  });
  return `  if [[ -n $expects ]]; then case "$at $expects" in
${values.join('\n')}
  esac; elif [[ $cur == -* ]]; then case "$at" in
${flags.join('\n')}
  esac; else case "$at $count" in
${arguments_.join('\n')}
  esac; fi`;
}

function call(offer: Offer): string {
  if (offer.kind === 'words') return `_pzm_offer_words ${offer.words.join(' ')}`;
  if (offer.kind === 'names') return `_pzm_offer_names ${offer.of}`;
  return offer.kind === 'files' ? '_pzm_offer_files' : ':';
}

const quoted = (text: string) => `'${text}'`;
const patterns = (texts: readonly string[]) => texts.map(quoted).join('|');
