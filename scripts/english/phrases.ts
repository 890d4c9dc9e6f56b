/**
 * Phrases that must not appear in text, and what to write instead. Each phrase is a regular expression that ignores case and
 * matches whole words. A space also matches a line break in a comment.
 */
export const PHRASES: readonly (readonly [phrase: string, instead: string])[] = [
  // Instructions and errors
  ['(?<!not |n.t )(has|have|had) to be', 'must be'],
  ['(?<!there )(is|are|was|were) no(?! longer| more| less| later| different| one)', 'is not a …, has no …'],
  ['(?<!there )(is|are|was|were) none of', 'is not one of'],
  ['(is|are) not one(?! of)', 'is not a …'],
  ['must not be one', 'must not be a …'],
  [String.raw`the option (\\?\x60\w+|\w+ of (create|with)\w+)`, 'the `name` option of createX'],
  ['can not', 'cannot'],
  ['shall', 'must, will'],
  ['put right', 'correct, fix'],
  ['mends?|mended|mending', 'fix'],

  // Possession
  ['of (its|their|your|our|my|his|her|one.s) own', 'its own …, your own …'],
  ['of (yours|ours|theirs)(?!\\))', 'your …, our …'],
  [
    '(errors?|repl(y|ies)|answers?|refusals?) of (the|a|an) (mail )?(server|database|provider|endpoint)s?',
    'errors from the …',
  ],

  // Clauses in place of nouns
  ['whoever|whomever', 'callers that …, the client'],
  ["(?<!')nobody(?!')", 'no one, or name the subject'],
  ['who asks', 'the caller'],
  ['what (it|they) (is|are) (for|about|called)', 'its purpose, its subject, its name'],
  ['what there is', 'the …'],
  ['makes? of (it|them|this|that|these|those|the|a|an)', 'converts it to, derives from it'],
  ['to (speak|say) of', '(delete)'],
  ['who has to', 'who must'],

  // Words
  ['anew', 'again'],
  ['beside', 'next to, along with, in addition to'],
  ['stands?(?! for)', 'is'],
  ['goes on|go on|went on|going on', 'continue'],
  ['by (itself|themselves)', 'automatically, alone'],
  ['any more', 'no longer, anymore'],
  ['for ever', 'forever'],
  ['all the same', 'anyway'],
  ['in the place of', 'instead of, in place of'],
  ['the very same', 'the same'],
  ['on offer', 'available, offered'],
  ['takes? (it|them|that|this) for', 'treat as'],
  ['told apart|tells? apart|telling apart', 'distinguish'],
  ['ever (new|shorter|longer|more)', '…er and …er'],
  ['look-ups?', 'lookup (noun), look up (verb)'],
  ['time-outs?', 'timeout (noun), time out (verb)'],
  ['set-ups?', 'setup (noun), set up (verb)'],
  // Not the bench of that name, which is quoted.
  [String.raw`(?<![\x60'/"])start-up(?![\x60'/".])`, 'startup'],
  ['thereby|thereof|therein|wherein|whereof|hereby', '(rephrase)'],
  ['in whatever', 'in any'],
  ['reads? as (it|they|he|if)', '(rephrase)'],

  // Personification and aphorisms
  ['says? (no|yes|so)', 'refuses, accepts, returns'],
  ['sign of life', 'heartbeat'],
  ['launder(s|ed|ing)?', 'retried'],
  ['lets? its (holder|owner) in', 'grants access'],
  ['its time comes', '(delete)'],
  ['the way of', 'the path of'],

  // Delivery promises: the queue delivers at least once.
  ['(?<!cannot guarantee )exactly(-| )once delivery', 'at-least-once delivery'],
  ['(delivers?|delivered|sends?|sent) exactly once', 'at least once, with the same Message-ID'],
  ['once and only once', 'at least once'],
  ['nothing (is )?lost', 'the queue keeps the email until …'],
];
